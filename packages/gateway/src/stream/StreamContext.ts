/** What all connections of one gateway share. Built once, by `StreamServer`; tests build it from fakes. */
import type { Limits } from "@parley/domain/limits"
import type { Conversation } from "@parley/domain/wire/conversation"
import type { Markers } from "@parley/projections/Markers"
import type { Membership } from "@parley/projections/Membership"
import type { ReceiptReads } from "@parley/projections/ReceiptReads"
import type { Conversations } from "@parley/runtime/Conversations"
import type { Unavailable } from "@parley/runtime/errors"
import type { Ending } from "@parley/runtime/Presence"
import type { SpanMaker } from "@parley/runtime/telemetry/Spans"
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Admission } from "../limits/Admission.ts"
import type { LimiterName } from "../limits/limiters.ts"
import type { Sheds } from "../limits/shedOrder.ts"
import type { ConversationLog } from "./ConversationLog.ts"
import type { Cursors } from "./Cursor.ts"
import type { HistoryRules } from "./HistoryRules.ts"
import type { Hubs } from "./Hubs.ts"
import type { Flusher } from "./Outbox.ts"
import type { StreamPresence } from "./presence/StreamPresence.ts"
import type { ReceiptCursors } from "./receipts/ReceiptCursors.ts"
import type { Session } from "./Session.ts"
import type { StreamCounters } from "./StreamCounters.ts"
import type { StreamTyping } from "./typing/StreamTyping.ts"
import type { Watermark } from "./Watermark.ts"

export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly retryAfterMs: number; readonly policy?: LimiterName }

/** Messages of a user and of a conversation, in the limiter of this gateway. `now` in milliseconds. */
export interface MessageLimiter {
  readonly takeMessage: (user: string, conversation: string, memberCount: number, now: number) => Verdict
}

export interface StreamContext {
  readonly log: ConversationLog
  readonly hubs: Hubs
  readonly rules: HistoryRules
  readonly watermark: Watermark
  readonly membership: Pick<Membership["Service"], "of">
  /** The conversation as `user` finds it now, as of the call; `undefined` when he is no member. */
  readonly conversationFor: (
    user: string,
    conversation: string,
  ) => Effect.Effect<Conversation | undefined, Unavailable>
  readonly conversations: Conversations["Service"]
  readonly receipts: Pick<ReceiptCursors["Service"], "accept">
  /** What moved after a place in the log, as of the call. */
  readonly moved: ReceiptReads["Service"]["moved"]
  readonly markers: Markers["Service"]["of"]
  readonly limiter: MessageLimiter
  readonly sheds: Sheds
  /** Syncs at work and waiting for their turn. */
  readonly syncs: Admission
  /** Pages of the log read for those who are behind. */
  readonly catchUps: Admission
  /** Returns when the user's changes of membership are being listened to. */
  readonly listen: (session: Session) => Effect.Effect<void>
  /** The connection is no more; called once. */
  readonly gone: (session: Session, how: Ending) => void
  readonly presence: StreamPresence
  readonly typing: StreamTyping
  /** Members of a conversation, as last known; 1 when nothing is known yet. */
  readonly memberCount: (conversation: string, user: string) => number
  readonly limits: Limits
  readonly cursors: Cursors
  readonly epoch: string
  readonly flusher: Flusher
  readonly counters: StreamCounters
  /** Starts at once, in the caller's turn; interrupted when the server stops. */
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  /** Absent: nothing is traced. */
  readonly spans?: SpanMaker | undefined
  /** Milliseconds. */
  readonly now: () => number
  /** Connections for which bytes wait: judged every second. */
  readonly congested: Set<Session>
  /** Connections that were handed events since their last cursor. */
  readonly touched: Set<Session>
}
