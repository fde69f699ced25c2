/**
 * The log's tail over a model's answer: what all foldings have in common.
 *
 * Always true: the model at revision k and the events k+1 … n give what the model at n gives, for every k: also before the
 * conversation's creation, and whatever happened to the reader's membership between. Events up to k are passed over.
 */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { ConversationRow, ConversationView, MemberRow } from "../History.ts"

/** An event of one conversation's stream, with its place. */
export interface TailEvent {
  readonly event: ConversationEvent
  readonly revision: number
  readonly position: number
}

export interface Reader {
  readonly conversation: string
  readonly user: string
}

/** A conversation as one of its members reads it. */
export interface MemberView {
  readonly conversation: ConversationRow
  readonly member: MemberRow
}

export type Known<Snapshot extends ConversationView> = Snapshot | undefined

export const unseen = (
  known: Known<ConversationView>,
  tail: ReadonlyArray<TailEvent>,
): ReadonlyArray<TailEvent> =>
  known === undefined ? tail : tail.filter(({ revision }) => revision > known.conversation.revision)
