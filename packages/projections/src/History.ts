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
import type { Marker } from "./Markers.ts"
import type { Covered, Stretch } from "./ReceiptReads.ts"

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
  readonly archived: boolean
  /** Those of a direct conversation's two who block the other: while there is one, neither can send. */
  readonly restrictedBy: ReadonlyArray<string>
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

/** How many people stand behind an emoji, and whether the reader is one of them. In the order in which the emojis came. */
export interface ReactionRow {
  readonly emoji: string
  readonly count: number
  readonly mine: boolean
}

/**
 * A message as it is now. `body`: as sent; absent once deleted, as are `edit`, `media` and reactions. `edit`: the text that stands in
 * the place of the body's, and when it came there. `replyCount`: of its thread, deleted replies included, 0 when there is none.
 */
export interface MessageRow {
  readonly seq: number
  readonly messageId: string
  readonly sender: string
  readonly clientMsgId: string
  readonly ts: number
  readonly ordinal: number
  readonly senderOrdinal: number
  readonly body?: Sealed
  readonly edit?: { readonly body: Sealed; readonly at: number }
  readonly media?: ReadonlyArray<string>
  readonly replyTo?: string
  readonly threadRoot?: string
  readonly deleted?: true
  readonly reactions: ReadonlyArray<ReactionRow>
  readonly replyCount: number
}

/** `before`, `after` exclusive; `around` inclusive. `limit`: 1 or more. */
export type Page =
  | { readonly _tag: "Before"; readonly before?: number; readonly limit: number }
  | { readonly _tag: "After"; readonly after: number; readonly limit: number }
  | { readonly _tag: "Around"; readonly around: number; readonly limit: number }

/**
 * Up to `limit` messages below and above the page's mark, from which `fold/` makes the page: `older` newest first, `newer` oldest
 * first. `Before` has only older ones, `After` only newer ones; for `Around` the mark itself is the first of the newer.
 */
export interface PageMaterial extends ConversationView {
  readonly older: ReadonlyArray<MessageRow>
  readonly newer: ReadonlyArray<MessageRow>
}

/** A page of a thread: as for a page of the conversation, of the replies only. `root` is absent when the model knows no such message. */
export interface ThreadMaterial extends PageMaterial {
  readonly root?: MessageRow
}

/** A user's conversations by activity as of `asOf`, from `before` (exclusive) on. `limit`: 1 or more. */
export interface ByActivity {
  readonly asOf: Position
  readonly before?: Position
  readonly limit: number
}

/** `activity`: as of what was asked for. `lastMessage`: the last visible one that is no thread reply. */
export interface ActiveRow extends ConversationView {
  readonly member: MemberRow
  readonly activity: Position
  readonly lastMessage?: MessageRow
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
     * whoever shows it to a person folds, and shows what comes of it.
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
    /** As `page`, of the thread under the message with the id `root`. */
    readonly thread: (
      conversation: string,
      user: string,
      root: string,
      page: Page,
    ) => Effect.Effect<ThreadMaterial | undefined, Unavailable>
    /** Latest activity first. Only conversations that he is in, and was at `asOf`. About 1 µs for each of his conversations. */
    readonly byActivity: (
      user: string,
      page: ByActivity,
    ) => Effect.Effect<ReadonlyArray<ActiveRow>, Unavailable>
    /**
     * The markers of a user in these conversations, `readUpTo` being what he has read of each. In the order given; those that he is not
     * in are left out. Index look-ups, whatever the distance between marker and head, and one look at each deletion after the marker.
     */
    readonly markers: (
      user: string,
      readUpTo: ReadonlyArray<readonly [conversation: string, seq: number]>,
    ) => Effect.Effect<ReadonlyArray<Marker>, Unavailable>
    /** In the order given. */
    readonly covered: (
      stretches: ReadonlyArray<Stretch>,
    ) => Effect.Effect<ReadonlyArray<Covered>, Unavailable>
    /** Those of `users` who are members, and how many members there are; `undefined`: it knows no such conversation. */
    readonly membersAmong: (
      conversation: string,
      users: ReadonlyArray<string>,
    ) => Effect.Effect<
      { readonly memberCount: number; readonly members: ReadonlyArray<string> } | undefined,
      Unavailable
    >
    /** Whom he shares a conversation with, himself included, by user id after `after` (exclusive; empty: from the start). */
    readonly companions: (
      user: string,
      after: string,
      limit: number,
    ) => Effect.Effect<ReadonlyArray<string>, Unavailable>
    /** Those of `users` whom he shares a conversation with, himself included, in the order given. */
    readonly companionsAmong: (
      user: string,
      users: ReadonlyArray<string>,
    ) => Effect.Effect<ReadonlyArray<string>, Unavailable>
    /** Somebody in some conversation; `undefined` while there is nobody. For whoever compares the model with the log. */
    readonly sample: (
      /** From 0 to below 1: which conversation, which member. */
      at: readonly [number, number],
    ) => Effect.Effect<{ readonly conversation: string; readonly user: string } | undefined, Unavailable>
  }
>()("@parley/projections/History") {}
