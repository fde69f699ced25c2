/**
 * What a conversation must remember to decide: a union of phases, folded from its events.
 *
 * Always true: `revision` counts every event of the stream; everything else is what the facts so far imply, and nothing personal
 * stands in it unsealed.
 * Not for: showing. What people look at are projections.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { UserId } from "../ids.ts"
import type { Sealed } from "../Sealed.ts"
import type { Timestamp } from "../Timestamp.ts"
import type { SettingMacs } from "./events.ts"
import { type KeyWindow, type RecalledKey, recall } from "./KeyWindow.ts"
import { type RecalledMessages, type Recollection, recollect } from "./RecalledMessages.ts"
import type { History, Kind, Role } from "./vocabulary.ts"

/** `joinedSeq`: the event that brought him in (0 for founders of the first event). */
export interface Member {
  readonly role: Role
  readonly joinedSeq: number
  readonly joinedAt: Timestamp
}

/** Never created. `revision` is -1: nothing is in the stream. */
export interface Absent {
  readonly _tag: "Absent"
  readonly revision: number
}

export interface Live {
  readonly _tag: "Live"
  /** Of the last event: the next one has `revision` + 1. */
  readonly revision: number
  readonly kind: Kind
  readonly creator: UserId
  readonly createdAt: Timestamp
  readonly history: History
  readonly name?: Sealed
  readonly topic?: Sealed
  readonly metadata?: Sealed
  /** The MAC of the creating request, when it carried an idempotency key. */
  readonly request?: string
  /** Of those of name, topic and metadata that were ever changed. */
  readonly macs: SettingMacs
  readonly archived: boolean
  /** Who of the two blocks the other. Direct conversations only. */
  readonly restrictedBy: ReadonlyArray<UserId>
  /** The event that made all of the above what it is: the creation, or the latest change. */
  readonly settingsSeq: number
  /** Empty once the last member has left. */
  readonly members: HashMap.HashMap<UserId, Member>
  readonly memberCount: number
  /** No later event is stamped earlier than this. */
  readonly lastTs: Timestamp
  /** Messages so far. */
  readonly ordinal: number
  /** Messages so far of each sender, ex-members too. */
  readonly senders: HashMap.HashMap<UserId, number>
  readonly window: KeyWindow
  readonly recalled: RecalledMessages
}

export type ConversationState = Absent | Live

export const initial: ConversationState = { _tag: "Absent", revision: -1 }

export const memberOf = (state: ConversationState, user: UserId): Member | undefined =>
  state._tag === "Live" ? Option.getOrUndefined(HashMap.get(state.members, user)) : undefined

/** Adds lines of the store's key index to the window, so that a repeat outside it can be recognised. */
export const recallKeys = (state: ConversationState, lines: ReadonlyArray<RecalledKey>): ConversationState =>
  state._tag === "Live" ? { ...state, window: recall(state.window, lines) } : state

/** Adds what was read about messages, as of the state's revision or later. */
export const recallMessages = (
  state: ConversationState,
  read: ReadonlyArray<Recollection>,
): ConversationState =>
  state._tag === "Live" && read.length > 0 ? { ...state, recalled: recollect(state.recalled, read) } : state

/** When the next event is stamped. */
export const nextTs = (state: Pick<Live, "lastTs">, now: Timestamp): Timestamp => Math.max(now, state.lastTs)
