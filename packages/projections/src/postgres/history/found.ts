/** A conversation and one person's stay in it, as every query of the history model begins, and messages as rows of an answer. */
import type { MessageTuple, Mine } from "../../historyModel/answers.ts"
import { type Raw, toConversation, toMember } from "../../historyModel/ConversationFinder.ts"
import type { ConversationView } from "../../History.ts"

/** Of `c`, `s` and `m`. `floor`: the first seq that he may see (`historyFloor.ts`); beyond every seq when it is none. */
export const foundColumns = `c.id, c.name, c.kind, c.created_at, c.history, c.archived, c.member_count, c.last_mainline, c.revision,
  c.position, s.pair, s.title, s.topic, s.metadata, s.restricted_by, m.person AS "user", m.role, m.joined_seq, m.joined_at,
  CASE WHEN c.history = 'all' THEN 0 ELSE coalesce(m.joined_seq, 2147483647) END AS floor`

/** The conversation with the name `$1`, as `$2` finds it. */
export const found = `found AS MATERIALIZED (
  SELECT ${foundColumns} FROM @conversations c JOIN @settings s ON s.conversation = c.id
  LEFT JOIN @members m ON m.conversation = c.id AND m.person = $2
  WHERE c.name = $1)`

/** As `MessageTuple`, of a message `x` and its sender `p`. */
export const tuple = `json_build_array(x.seq, x.message_id, p.name, x.client_msg_id, x.ts, x.ordinal, x.sender_ordinal, x.box, x.media,
  x.reply_to, x.thread_root, x.edit_box, x.edited_at, x.deleted, x.reactions, x.reply_count)`

/** Those of `user` at messages with these numbers. */
export const mine = (conversation: string, user: string, seqs: string): string =>
  `(SELECT json_agg(json_build_array(r.seq, r.emoji)) FROM @people p JOIN @reactions r ON r.person = p.id
    WHERE p.name = ${user} AND r.conversation = ${conversation} AND r.seq IN (${seqs}))`

export type Tuples = ReadonlyArray<MessageTuple> | null
export interface Shown {
  readonly found: Raw
  readonly mine: Mine | null
}

export const viewOf = (raw: Raw): ConversationView =>
  raw["user"] === null
    ? { conversation: toConversation(raw) }
    : { conversation: toConversation(raw), member: toMember(raw) }
