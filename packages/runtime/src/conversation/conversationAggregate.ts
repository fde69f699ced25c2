/** How the command loop reaches the conversation's decider, codec and announcements. */
import type { ConversationAnswer, ConversationCommand } from "@parley/domain/conversation/commands"
import { decodeEvent, encodeEvent } from "@parley/domain/conversation/codec"
import { decide } from "@parley/domain/conversation/decide"
import { evolve } from "@parley/domain/conversation/evolve"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { countsPrefix, deletedKey, editedKey, marksOf } from "@parley/domain/conversation/marks"
import { type MessageWanted, messagesOf, needs } from "@parley/domain/conversation/needs"
import { decodeSnapshot, encodeSnapshot, snapshotVersion } from "@parley/domain/conversation/snapshot"
import {
  type ConversationState,
  initial,
  recallKeys,
  recallMessages,
} from "@parley/domain/conversation/state"
import type { Limits } from "@parley/domain/limits"
import type { Broker } from "../Broker.ts"
import type { ConversationRequest } from "../Conversations.ts"
import type { Aggregate, EventWanted } from "../entity/Aggregate.ts"
import { announcementOf } from "../frames.ts"
import type { KeyVault } from "../KeyVault.ts"
import { keyOf } from "./linesOf.ts"
import { preciseNow } from "../telemetry/Histogram.ts"
import { isSampled, type SpanMaker } from "../telemetry/Spans.ts"
import { isOvertaken } from "./callOrder.ts"
import { openedNow } from "./openedNow.ts"
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
  readonly spans?: SpanMaker | undefined
}): ConversationAggregate => {
  const { id, vault, broker, limits, now, spans } = options
  return {
    initial,
    revision: (state) => state.revision,
    evolve,
    decide,
    encode: (event, { origin }) => encodeEvent(event, origin),
    decode: (recorded) => decodeEvent(recorded),
    overtakenBy: (state) => {
      // The time alone: who keeps the answer must not keep the state.
      const decidedAt = state._tag === "Live" ? state.lastTs : -Infinity
      return ({ origin: { call } }) => call !== undefined && isOvertaken(call, decidedAt, now())
    },
    traceparentOf: ({ origin }) => origin.traceparent,
    snapshotVersion,
    encodeSnapshot,
    decodeSnapshot,
    prepareNow: (requests) => prepareNow(vault, { conversation: id, now: now(), limits }, requests),
    prepare: (requests) => prepare(vault, { conversation: id, now: now(), limits }, requests),
    lookups: {
      keyOf,
      holdsAllKeys: (state) => state._tag === "Live" && state.window.complete,
      marksOf,
      needs: (state, command, decision) => {
        const { key, messages } = needs(state, command, decision)
        return { ...(key === undefined ? {} : { key }), events: messages.map(wanted) }
      },
      eventsOf: (state, command) => messagesOf(state, command).map(wanted),
      recallKeys,
      recallEvents: (state, events) =>
        recallMessages(
          state,
          events.map(({ wanted: keys, ...read }) => ({
            ...read,
            reactions: keys.filter((key) => !always.includes(key)),
          })),
        ),
    },
    committed: (events, position) => {
      const committedAt = preciseNow()
      for (const { event, request, revision } of events) {
        const opened = openedNow(vault, id, event, request)
        if (opened === undefined) continue
        const { accepted, traceparent: parent } = request.origin
        const span =
          spans !== undefined && isSampled(parent)
            ? spans.start({ name: "broker.publish", parent })
            : undefined
        const trail =
          span === undefined
            ? { accepted, committedAt }
            : { accepted, committedAt, traceparent: span.traceparent }
        broker.publish(announcementOf({ conversation: id, seq: revision, position, event, opened, trail }))
        span?.end()
      }
    },
  }
}

/** What is looked up of every message. */
const always = [editedKey, deletedKey, countsPrefix]

const wanted = ({ seq, reactions }: MessageWanted): EventWanted => ({ seq, marks: [...always, ...reactions] })
