/** How the command loop reaches the conversation's decider, codec and announcements. */
import type { ConversationAnswer, ConversationCommand } from "@parley/domain/conversation/commands"
import { decodeEvent, encodeEvent } from "@parley/domain/conversation/codec"
import { decide, needsKey } from "@parley/domain/conversation/decide"
import { evolve } from "@parley/domain/conversation/evolve"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { decodeSnapshot, encodeSnapshot, snapshotVersion } from "@parley/domain/conversation/snapshot"
import { type ConversationState, initial, recallKeys } from "@parley/domain/conversation/state"
import type { Limits } from "@parley/domain/limits"
import type { Opened } from "@parley/domain/wire/frame"
import { encodeContent } from "@parley/domain/wire/MessageContent"
import type { Broker } from "../Broker.ts"
import type { ConversationRequest } from "../Conversations.ts"
import type { Aggregate } from "../entity/Aggregate.ts"
import { announcementOf } from "../frames.ts"
import type { KeyVault } from "../KeyVault.ts"
import { prepare, prepareNow } from "./prepare.ts"

export type ConversationAggregate = Aggregate<
  ConversationState,
  ConversationEvent,
  ConversationRequest,
  ConversationCommand,
  ConversationAnswer
>

export const conversationAggregate = (options: {
  readonly id: string
  readonly vault: KeyVault["Service"]
  readonly broker: Broker["Service"]
  readonly limits: Limits
  readonly now: () => number
}): ConversationAggregate => {
  const { id, vault, broker, limits, now } = options
  return {
    initial,
    revision: (state) => state.revision,
    evolve,
    decide,
    encode: (event, { origin }) => encodeEvent(event, origin),
    decode: (recorded) => decodeEvent(recorded),
    snapshotVersion,
    encodeSnapshot,
    decodeSnapshot,
    prepareNow: (requests) => prepareNow(vault, { conversation: id, now: now(), limits }, requests),
    prepare: (requests) => prepare(vault, { conversation: id, now: now(), limits }, requests),
    keyOf: (event, seq) =>
      event._tag === "MessageSent"
        ? {
            sender: event.sender,
            clientMsgId: event.client_msg_id,
            seq,
            messageId: event.message_id,
            mac: event.mac,
            ts: event.ts,
          }
        : undefined,
    needsKey: (state, command, decision) =>
      command._tag === "SendMessage" && needsKey(state, command, decision)
        ? { sender: command.actor, clientMsgId: command.client_msg_id }
        : undefined,
    recallKeys,
    committed: (events, position) => {
      for (const { event, request, revision } of events)
        broker.publish(
          announcementOf({ conversation: id, seq: revision, position, event, opened: openedBy(request) }),
        )
    },
  }
}

/** The plaintexts of an event that this very request caused: nothing needs to be opened again. */
const openedBy = (request: ConversationRequest): Opened => {
  switch (request._tag) {
    case "SendMessage":
      return { body: encodeContent(request.body) }
    case "CreateGroup":
      return {
        name: request.name,
        ...(request.topic === undefined ? {} : { topic: request.topic }),
        ...(request.metadata === undefined ? {} : { metadata: JSON.stringify(request.metadata) }),
      }
    default:
      return {}
  }
}
