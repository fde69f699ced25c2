/**
 * The history model: what was said in each conversation, who may read it, and how far each conversation has come.
 *
 * Always true: every answer is one SQL snapshot and names the revision up to which it knows the conversation, so that the reader
 * can fold what follows from the log over it (`asOfArrival.ts`). Personal content stays sealed in it.
 * Not for: deciding anything.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { History as HistoryRule, Kind, Role } from "@parley/domain/conversation/vocabulary"
import type { Sealed } from "@parley/domain/Sealed"
import type { Position } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"

export interface ConversationRow {
  readonly id: string
  readonly kind: Kind
  readonly createdAt: number
  readonly memberCount: number
  /** Both members of a direct conversation; empty for a group. */
  readonly pair: ReadonlyArray<string>
  readonly history: HistoryRule
  readonly name?: Sealed
  readonly topic?: Sealed
  readonly metadata?: Sealed
  /** The last event known, and its place in the log. */
  readonly revision: number
  readonly position: Position
}

/** A stay of one member. `joinedSeq`: the event that brought him in (0 for founders). `joinedAt`: its `ts`. */
export interface MemberRow {
  readonly user: string
  readonly role: Role
  readonly joinedSeq: number
  readonly joinedAt: number
}

export interface MessageRow {
  readonly seq: number
  readonly messageId: string
  readonly sender: string
  readonly clientMsgId: string
  readonly ts: number
  readonly ordinal: number
  readonly senderOrdinal: number
  readonly body: Sealed
  readonly media?: ReadonlyArray<string>
  readonly replyTo?: string
  readonly threadRoot?: string
}

/** `before`, `after` exclusive; `around` inclusive. `limit`: 1 or more. */
export type Page =
  | { readonly _tag: "Before"; readonly before?: number; readonly limit: number }
  | { readonly _tag: "After"; readonly after: number; readonly limit: number }
  | { readonly _tag: "Around"; readonly around: number; readonly limit: number }

/**
 * Up to `limit` messages below and above the page's mark, from which `fold.ts` makes the page: `older` newest first, `newer` oldest
 * first. `Before` has only older ones, `After` only newer ones; for `Around` the mark itself is the first of the newer.
 */
export interface PageMaterial extends ConversationView {
  readonly older: ReadonlyArray<MessageRow>
  readonly newer: ReadonlyArray<MessageRow>
}

/** By latest activity: conversations whose last event stands before `before` in the log. `limit`: 1 or more. */
export interface OverviewPage {
  readonly before?: Position
  readonly limit: number
}

/** A conversation as one caller finds it. `member` is absent for strangers and ex-members. */
export interface ConversationView {
  readonly conversation: ConversationRow
  readonly member?: MemberRow
}

export class History extends Context.Service<
  History,
  {
    /** How far this model has come in the log. */
    readonly position: Effect.Effect<Position>
    /** Waits, at most a second, until the model has come to `position`; else `Unavailable`. */
    readonly caughtUp: (position: Position) => Effect.Effect<void, Unavailable>
    readonly view: (
      conversation: string,
      user: string,
    ) => Effect.Effect<ConversationView | undefined, Unavailable>
    /**
     * View and the page's material in one snapshot. A caller who is no member gets material too, should the log's tail make him one:
     * whoever shows it to a person asks `fold.ts`, never this.
     */
    readonly page: (
      conversation: string,
      user: string,
      page: Page,
    ) => Effect.Effect<PageMaterial | undefined, Unavailable>
    /** The roster by user id, after `after` (exclusive); as with `page`, whoever asks. */
    readonly roster: (
      conversation: string,
      user: string,
      after: string | undefined,
      limit: number,
    ) => Effect.Effect<
      (ConversationView & { readonly members: ReadonlyArray<MemberRow> }) | undefined,
      Unavailable
    >
    /**
     * Views of many conversations of one user, with each one's last message and the unread number, for the inbox and for `sync`. Those
     * that he is not in are left out. In the order given; with a page, latest activity first.
     */
    readonly overview: (
      user: string,
      conversations: ReadonlyArray<string>,
      page?: OverviewPage,
    ) => Effect.Effect<
      ReadonlyArray<
        ConversationView & {
          readonly lastMessage?: MessageRow
          /** Messages after the caller's joining that are not his own, not deleted and not thread replies. */
          readonly unread: number
        }
      >,
      Unavailable
    >
  }
>()("@parley/projections/History") {}
