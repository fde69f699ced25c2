/**
 * What the history model's queries answer, and how it becomes what the port promises.
 *
 * Always true: a message travels between the threads as the row that SQLite gave, an array: that costs a third of an object. Whoever
 * receives it makes the object.
 */
import type { ConversationView, MessageRow, PageMaterial } from "../History.ts"

/** In the order of the tuple. */
export const messageColumns =
  "seq, message_id, sender, client_msg_id, ts, ordinal, sender_ordinal, box, media, reply_to, thread_root"

export type MessageTuple = readonly [
  seq: number,
  messageId: string,
  sender: string,
  clientMsgId: string,
  ts: number,
  ordinal: number,
  senderOrdinal: number,
  box: string,
  media: string | null,
  replyTo: string | null,
  threadRoot: string | null,
]

export interface PageAnswer extends ConversationView {
  readonly older: ReadonlyArray<MessageTuple>
  readonly newer: ReadonlyArray<MessageTuple>
}

export interface OverviewAnswer extends ConversationView {
  readonly last?: MessageTuple
  readonly unread: number
}

const toMessage = ([
  seq,
  messageId,
  sender,
  clientMsgId,
  ts,
  ordinal,
  senderOrdinal,
  box,
  media,
  replyTo,
  threadRoot,
]: MessageTuple): MessageRow => ({
  seq,
  messageId,
  sender,
  clientMsgId,
  ts,
  ordinal,
  senderOrdinal,
  // The owner of a body's key is its sender.
  body: { owner: sender, box },
  ...(media === null ? undefined : { media: JSON.parse(media) as ReadonlyArray<string> }),
  ...(replyTo === null ? undefined : { replyTo }),
  ...(threadRoot === null ? undefined : { threadRoot }),
})

export const toMaterial = (answer: PageAnswer | undefined): PageMaterial | undefined =>
  answer === undefined
    ? undefined
    : { ...answer, older: answer.older.map(toMessage), newer: answer.newer.map(toMessage) }

export const toOverview = ({
  last,
  ...row
}: OverviewAnswer): ConversationView & { readonly lastMessage?: MessageRow; readonly unread: number } =>
  last === undefined ? row : { ...row, lastMessage: toMessage(last) }
