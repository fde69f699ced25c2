/**
 * What the history model's queries answer, and how it becomes what the port promises.
 *
 * Always true: a message travels between the threads as the row that SQLite gave, an array: that costs a third of an object. Whoever
 * receives it makes the object.
 */
import type {
  ActiveRow,
  ConversationView,
  MessageRow,
  PageMaterial,
  ReactionRow,
  ThreadMaterial,
} from "../History.ts"
import type { ReactionCount } from "../reactionCounts.ts"

/** In the order of the tuple. */
export const messageColumns = `seq, message_id, sender, client_msg_id, ts, ordinal, sender_ordinal, box, media, reply_to, thread_root,
  edit_box, edited_at, deleted, reactions, reply_count`

export type MessageTuple = readonly [
  seq: number,
  messageId: string,
  sender: string,
  clientMsgId: string,
  ts: number,
  ordinal: number,
  senderOrdinal: number,
  box: string | null,
  media: string | null,
  replyTo: string | null,
  threadRoot: string | null,
  editBox: string | null,
  editedAt: number | null,
  deleted: number | null,
  reactions: string | null,
  replyCount: number,
]
/** Where in the tuple the query finds whether there are reactions at all. */
export const reactionsAt = 14

/** The reader's own reactions among those of the answer's messages. */
export type Mine = ReadonlyArray<readonly [seq: number, emoji: string]>

export interface PageAnswer extends ConversationView {
  readonly root?: MessageTuple
  readonly older: ReadonlyArray<MessageTuple>
  readonly newer: ReadonlyArray<MessageTuple>
  readonly mine: Mine
}

export interface ActiveAnswer extends Omit<ActiveRow, "lastMessage"> {
  readonly last?: MessageTuple
  readonly mine: Mine
}

const toReactions = (text: string, seq: number, mine: Mine): ReadonlyArray<ReactionRow> =>
  (JSON.parse(text) as ReadonlyArray<ReactionCount>).map(([emoji, count]) => ({
    emoji,
    count,
    mine: mine.some((own) => own[0] === seq && own[1] === emoji),
  }))

const noReactions: ReadonlyArray<ReactionRow> = []

const toMessage =
  (mine: Mine) =>
  ([
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
    editBox,
    editedAt,
    deleted,
    reactions,
    replyCount,
  ]: MessageTuple): MessageRow => ({
    seq,
    messageId,
    sender,
    clientMsgId,
    ts,
    ordinal,
    senderOrdinal,
    // The owner of the key of a body, and of its edits, is its sender.
    ...(box === null ? undefined : { body: { owner: sender, box } }),
    ...(editBox === null ? undefined : { edit: { body: { owner: sender, box: editBox }, at: editedAt! } }),
    ...(media === null ? undefined : { media: JSON.parse(media) as ReadonlyArray<string> }),
    ...(replyTo === null ? undefined : { replyTo }),
    ...(threadRoot === null ? undefined : { threadRoot }),
    ...(deleted === null ? undefined : { deleted: true }),
    reactions: reactions === null ? noReactions : toReactions(reactions, seq, mine),
    replyCount,
  })

export const toMaterial = (answer: PageAnswer | undefined): PageMaterial | undefined => {
  if (answer === undefined) return undefined
  const { mine, root: _, ...rest } = answer
  const message = toMessage(mine)
  return { ...rest, older: answer.older.map(message), newer: answer.newer.map(message) }
}

export const toThread = (answer: PageAnswer | undefined): ThreadMaterial | undefined => {
  const material = toMaterial(answer)
  return material === undefined || answer?.root === undefined
    ? material
    : { ...material, root: toMessage(answer.mine)(answer.root) }
}

export const toActive = ({ last, mine, ...row }: ActiveAnswer): ActiveRow =>
  last === undefined ? row : { ...row, lastMessage: toMessage(mine)(last) }
