/**
 * The log counted again, without any of the models' or the foldings' means: what a reader must find in one conversation.
 *
 * Always true: it looks at every event from the first on, and keeps nothing between two questions.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { ArrayLog } from "./ArrayLog.ts"

export const eventsOf = (log: ArrayLog, conversation: string): ReadonlyArray<ConversationEvent> =>
  log.events.filter(({ stream }) => stream === `conversation-${conversation}`).map(decodeEvent)

/** The event of the latest joining; `undefined` for who is no member. */
export const joiningOf = (events: ReadonlyArray<ConversationEvent>, user: string): number | undefined => {
  let joined: number | undefined
  events.forEach((event, seq) => {
    if (event._tag === "MemberRemoved" && event.user_ids.includes(user)) joined = undefined
    if (event._tag === "ConversationCreated" || event._tag === "MemberAdded")
      if (event.members.some(({ user_id }) => user_id === user)) joined ??= seq
  })
  return joined
}

export const isDeleted = (events: ReadonlyArray<ConversationEvent>, seq: number): boolean =>
  events.some((event) => event._tag === "MessageDeleted" && event.message_seq === seq)

/** After the marker, not his own, not deleted, no thread reply. */
export const unreadOf = (events: ReadonlyArray<ConversationEvent>, user: string, marker: number): number =>
  events.filter(
    (event, seq) =>
      event._tag === "MessageSent" &&
      seq > marker &&
      event.sender !== user &&
      event.thread_root_id === undefined &&
      !isDeleted(events, seq),
  ).length

/** What became of the message at `seq`, as this reader sees it. */
export const presentOf = (events: ReadonlyArray<ConversationEvent>, seq: number, reader: string) => {
  const sent = events[seq]
  if (sent?._tag !== "MessageSent") throw new Error(`no message at ${seq}`)
  const edit = events.findLast((event) => event._tag === "MessageEdited" && event.message_seq === seq)
  const replyCount = events.filter(
    (event) => event._tag === "MessageSent" && event.thread_root_id === sent.message_id,
  ).length
  if (isDeleted(events, seq)) return { seq, deleted: true, reactions: [], replyCount }
  const standing = new Map<string, Set<string>>()
  for (const event of events) {
    if (event._tag === "ReactionAdded" && event.message_seq === seq)
      standing.set(event.emoji, (standing.get(event.emoji) ?? new Set()).add(event.actor))
    if (event._tag === "ReactionRemoved" && event.message_seq === seq) {
      const who = standing.get(event.emoji)!
      who.delete(event.actor)
      if (who.size === 0) standing.delete(event.emoji)
    }
  }
  return {
    seq,
    body: sent.body,
    ...(edit?._tag === "MessageEdited" ? { edit: { body: edit.body, at: edit.ts } } : {}),
    ...(sent.media === undefined ? {} : { media: sent.media }),
    reactions: Array.from(standing, ([emoji, who]) => ({ emoji, count: who.size, mine: who.has(reader) })),
    replyCount,
  }
}
