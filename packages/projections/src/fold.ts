/**
 * Folding the log's tail over what a model answered, so that the answer holds everything acknowledged before the question.
 *
 * Always true: the model at revision k and the events k+1 … n give what the model at n would give, provided that the tail changes no
 * membership (`changesMembership`): then the reader waits for the model instead.
 */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { ConversationView, MessageRow, Page, PageMaterial } from "./History.ts"

/** An event of the tail, with its place. */
export interface TailEvent {
  readonly event: ConversationEvent
  readonly revision: number
  readonly position: number
}

export const changesMembership = (tail: ReadonlyArray<TailEvent>): boolean =>
  tail.some(({ event }) => event._tag !== "MessageSent")

export const foldView = <View extends ConversationView>(view: View, tail: ReadonlyArray<TailEvent>): View => {
  const last = tail.at(-1)
  if (last === undefined) return view
  const { revision, position } = last
  return { ...view, conversation: { ...view.conversation, revision, position } }
}

/** The page's messages in its order: newest first for `Before`, oldest first otherwise. */
export const foldPage = (
  page: Page,
  material: PageMaterial,
  tail: ReadonlyArray<TailEvent>,
): ReadonlyArray<MessageRow> => {
  const { limit } = page
  const rows = material.member === undefined ? [] : tail.flatMap(rowOf)
  switch (page._tag) {
    case "Before":
      return older(material, rows, page.before ?? Infinity).slice(0, limit)
    case "After":
      return newer(material, rows, page.after).slice(0, limit)
    case "Around": {
      const below = older(material, rows, page.around)
      const above = newer(material, rows, page.around - 1)
      // Half of the page below the mark, and what one side lacks from the other.
      const wantBelow = Math.max(Math.floor(limit / 2), limit - above.length)
      const chosenBelow = below.slice(0, wantBelow).reverse()
      return [...chosenBelow, ...above.slice(0, limit - chosenBelow.length)]
    }
  }
}

const older = (
  material: PageMaterial,
  rows: ReadonlyArray<MessageRow>,
  before: number,
): ReadonlyArray<MessageRow> => [...rows.filter((row) => row.seq < before).reverse(), ...material.older]

const newer = (
  material: PageMaterial,
  rows: ReadonlyArray<MessageRow>,
  after: number,
): ReadonlyArray<MessageRow> => [...material.newer, ...rows.filter((row) => row.seq > after)]

const rowOf = ({ event, revision }: TailEvent): ReadonlyArray<MessageRow> =>
  event._tag !== "MessageSent"
    ? []
    : [
        {
          seq: revision,
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
        },
      ]
