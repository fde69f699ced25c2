/**
 * A stretch of a conversation counted again from its events: what its messages are now, and how many of them are unread.
 *
 * Always true: it shares nothing with the model or the foldings that it is compared with. It needs no event before the stretch, because
 * what happens to a message stands after it.
 */
import type { ConversationEvent, MessageSent } from "@parley/domain/conversation/events"
import type { MessageRow } from "../History.ts"

/** `events[0]` stands at revision `from`. */
export interface Stretched {
  readonly from: number
  readonly events: ReadonlyArray<ConversationEvent>
}

const deletedOf = ({ events }: Stretched): ReadonlySet<number> =>
  new Set(events.flatMap((event) => (event._tag === "MessageDeleted" ? [event.message_seq] : [])))

const reactionsOf = ({ events }: Stretched, seq: number, reader: string): MessageRow["reactions"] => {
  const standing = new Map<string, Set<string>>()
  for (const event of events) {
    if ((event._tag !== "ReactionAdded" && event._tag !== "ReactionRemoved") || event.message_seq !== seq)
      continue
    const people = standing.get(event.emoji) ?? new Set()
    if (event._tag === "ReactionAdded") people.add(event.actor)
    else people.delete(event.actor)
    if (people.size === 0) standing.delete(event.emoji)
    else standing.set(event.emoji, people)
  }
  return Array.from(standing, ([emoji, people]) => ({
    emoji,
    count: people.size,
    mine: people.has(reader),
  }))
}

/** The messages of the stretch, oldest first, as `reader` finds them. */
export const recountMessages = (stretched: Stretched, reader: string): ReadonlyArray<MessageRow> => {
  const { from, events } = stretched
  const deleted = deletedOf(stretched)
  const replies = (root: string): number =>
    events.filter((event) => event._tag === "MessageSent" && event.thread_root_id === root).length
  const editOf = (seq: number): MessageRow["edit"] => {
    const edit = events.findLast((event) => event._tag === "MessageEdited" && event.message_seq === seq)
    return edit?._tag === "MessageEdited" ? { body: edit.body, at: edit.ts } : undefined
  }
  const present = (sent: MessageSent, seq: number): Partial<MessageRow> => {
    const edit = editOf(seq)
    return {
      body: sent.body,
      ...(edit === undefined ? undefined : { edit }),
      ...(sent.media === undefined ? undefined : { media: sent.media }),
    }
  }
  return events.flatMap((event, at) => {
    if (event._tag !== "MessageSent") return []
    const seq = from + at
    const gone = deleted.has(seq)
    return [
      {
        seq,
        messageId: event.message_id,
        sender: event.sender,
        clientMsgId: event.client_msg_id,
        ts: event.ts,
        ordinal: event.ordinal,
        senderOrdinal: event.sender_ordinal,
        ...(event.reply_to_message_id === undefined ? undefined : { replyTo: event.reply_to_message_id }),
        ...(event.thread_root_id === undefined ? undefined : { threadRoot: event.thread_root_id }),
        ...(gone ? ({ deleted: true } as const) : present(event, seq)),
        reactions: gone ? [] : reactionsOf(stretched, seq, reader),
        replyCount: replies(event.message_id),
      },
    ]
  })
}

/** After `marker`, which must not stand before the stretch. */
export const recountUnread = (stretched: Stretched, reader: string, marker: number): number => {
  const deleted = deletedOf(stretched)
  return stretched.events.filter((event, at) => {
    const seq = stretched.from + at
    return (
      event._tag === "MessageSent" &&
      seq > marker &&
      event.sender !== reader &&
      event.thread_root_id === undefined &&
      !deleted.has(seq)
    )
  }).length
}
