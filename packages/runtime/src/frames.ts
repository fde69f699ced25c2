/**
 * Events as frames: one function for what is announced live, replayed from the log, or read to fill a gap, so that a repeated
 * frame is the same frame.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import {
  encodeFrame,
  encodeHidden,
  type Opened,
  placeOf,
  type SealedField,
  sealedFields,
} from "@parley/domain/wire/frame"
import * as Effect from "effect/Effect"
import type { Announcement, AnnouncementTrail } from "./Broker.ts"
import type { RecordedEvent } from "./EventStore.ts"
import type { VaultUnavailable } from "./errors.ts"
import type { DataKey, KeyVault } from "./KeyVault.ts"
import { open } from "./Sealer.ts"

const streamPrefix = "conversation-"

/** An event with what its sealed fields say. */
export interface SpokenEvent {
  readonly event: ConversationEvent
  readonly seq: number
  readonly opened: Opened
}

const asSaid = (events: ReadonlyArray<SpokenEvent>): ReadonlyArray<Opened> =>
  events.map(({ opened }) => opened)

export const announcementOf = (options: {
  readonly conversation: string
  readonly seq: number
  /** At or after the event's own place in the log. */
  readonly position: number
  readonly event: ConversationEvent
  readonly opened: Opened
  readonly trail?: AnnouncementTrail
}): Announcement => {
  const { conversation, seq, position, event, opened, trail } = options
  const frame = Buffer.from(encodeFrame({ conversation, seq, event, opened }))
  const announcement =
    trail === undefined
      ? { conversation, seq, position, frame }
      : { conversation, seq, position, frame, trail }
  switch (event._tag) {
    case "ConversationCreated":
    case "MemberAdded":
      return { ...announcement, added: event.members.map((member) => member.user_id) }
    case "MemberRemoved":
      return { ...announcement, removed: event.user_ids }
    case "MessageSent": {
      const senderFrame = Buffer.from(
        encodeFrame({ conversation, seq, event, opened, clientMsgId: event.client_msg_id }),
      )
      return { ...announcement, sender: event.sender, senderFrame }
    }
    case "MessageEdited":
    case "MessageDeleted":
    case "ReactionAdded":
    case "ReactionRemoved": {
      const hiddenFrame = Buffer.from(encodeHidden(conversation, seq, event.ts))
      const rewrites = event._tag === "MessageEdited" || event._tag === "MessageDeleted"
      return { ...announcement, about: event.message_seq, hiddenFrame, rewrites }
    }
    default:
      return announcement
  }
}

/** The event's sealed fields opened with the keys at hand; what cannot be opened is absent, and the frame says so. */
const openEvent = (
  conversation: string,
  event: ConversationEvent,
  keys: ReadonlyMap<string, DataKey>,
): Opened => {
  const opened: Partial<Record<SealedField, string>> = {}
  for (const [field, sealed] of sealedFields(event)) {
    const key = keys.get(sealed.owner)
    const text = key === undefined ? undefined : open(key, placeOf(conversation, event, field), sealed)
    if (text !== undefined) opened[field] = text
  }
  return opened
}

/**
 * Opens and encodes events read from conversations' streams, with one vault look-up for all of them. `amend`: what is shown in the
 * place of what they say (`presentWords.ts`).
 */
export const announcementsOf = Effect.fnUntraced(function* (
  vault: KeyVault["Service"],
  recorded: ReadonlyArray<RecordedEvent>,
  amend: (events: ReadonlyArray<SpokenEvent>) => ReadonlyArray<Opened> = asSaid,
): Effect.fn.Return<ReadonlyArray<Announcement>, VaultUnavailable> {
  const events = recorded.map((one) => decodeEvent(one))
  const owners = new Set(events.flatMap((event) => sealedFields(event).map(([, sealed]) => sealed.owner)))
  const keys = owners.size === 0 ? new Map<string, DataKey>() : yield* vault.existing([...owners])
  const conversationOf = (index: number): string => recorded[index]!.stream.slice(streamPrefix.length)
  const shown = amend(
    events.map((event, index) => ({
      event,
      seq: recorded[index]!.revision,
      opened: openEvent(conversationOf(index), event, keys),
    })),
  )
  return recorded.map(({ revision: seq, position }, index) =>
    announcementOf({
      conversation: conversationOf(index),
      seq,
      position,
      event: events[index]!,
      opened: shown[index]!,
    }),
  )
})
