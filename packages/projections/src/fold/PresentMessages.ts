/**
 * Messages as they are now: the rows that a model gave, those that the tail adds, and what the tail has done to both.
 *
 * Always true: what happens to a message that is not among them leaves no trace.
 */
import type { MessageSent } from "@parley/domain/conversation/events"
import { seqOfMessage } from "@parley/domain/ids"
import type { MessageRow, ReactionRow } from "../History.ts"
import type { TailEvent } from "./tail.ts"

export class PresentMessages {
  readonly #rows: Map<number, MessageRow>
  readonly #reader: string

  constructor(reader: string, known: ReadonlyArray<MessageRow>, tail: ReadonlyArray<TailEvent>) {
    this.#reader = reader
    this.#rows = new Map(known.map((row) => [row.seq, row]))
    for (const event of tail) this.#see(event)
  }

  /** As it is now. */
  at(seq: number): MessageRow | undefined {
    return this.#rows.get(seq)
  }

  #see({ event, revision }: TailEvent): void {
    switch (event._tag) {
      case "MessageSent": {
        const root = event.thread_root_id
        if (root !== undefined)
          this.#change(seqOfMessage(root), (row) =>
            row.messageId === root ? { ...row, replyCount: row.replyCount + 1 } : row,
          )
        this.#rows.set(revision, rowOf(event, revision))
        return
      }
      case "MessageEdited":
        return this.#change(event.message_seq, (row) => ({
          ...row,
          edit: { body: event.body, at: event.ts },
        }))
      case "MessageDeleted":
        return this.#change(event.message_seq, withoutBody)
      case "ReactionAdded":
      case "ReactionRemoved": {
        const { emoji, count } = event
        const mine = event.actor === this.#reader ? event._tag === "ReactionAdded" : undefined
        return this.#change(event.message_seq, (row) => ({
          ...row,
          reactions: reacted(row.reactions, emoji, count, mine),
        }))
      }
      default:
        return
    }
  }

  /** What is deleted stays as it is, but that its thread grows. */
  #change(seq: number | undefined, change: (row: MessageRow) => MessageRow): void {
    const row = seq === undefined ? undefined : this.#rows.get(seq)
    if (row === undefined) return
    const next = change(row)
    this.#rows.set(row.seq, row.deleted ? { ...row, replyCount: next.replyCount } : next)
  }
}

const withoutBody = ({ body: _body, edit: _edit, media: _media, ...row }: MessageRow): MessageRow => ({
  ...row,
  deleted: true,
  reactions: [],
})

/** `mine`: whether the reader stands behind it from now on; `undefined` when the event is somebody else's. */
const reacted = (
  reactions: ReadonlyArray<ReactionRow>,
  emoji: string,
  count: number,
  mine: boolean | undefined,
): ReadonlyArray<ReactionRow> => {
  if (count <= 0) return reactions.filter((one) => one.emoji !== emoji)
  const known = reactions.find((one) => one.emoji === emoji)
  const next = { emoji, count, mine: mine ?? known?.mine ?? false }
  return known === undefined
    ? [...reactions, next]
    : reactions.map((one) => (one.emoji === emoji ? next : one))
}

const rowOf = (event: MessageSent, seq: number): MessageRow => ({
  seq,
  messageId: event.message_id,
  sender: event.sender,
  clientMsgId: event.client_msg_id,
  ts: event.ts,
  ordinal: event.ordinal,
  senderOrdinal: event.sender_ordinal,
  body: event.body,
  ...(event.media === undefined ? {} : { media: event.media }),
  ...(event.reply_to_message_id === undefined ? {} : { replyTo: event.reply_to_message_id }),
  ...(event.thread_root_id === undefined ? {} : { threadRoot: event.thread_root_id }),
  reactions: [],
  replyCount: 0,
})
