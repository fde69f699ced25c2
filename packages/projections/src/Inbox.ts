/**
 * A user's inbox, latest activity first.
 *
 * Always true: as of the request's arrival. Pages that follow each other by cursor show the order as of the first of them, with each
 * conversation's present contents: whoever stays in a conversation meanwhile finds it exactly once, however often it moves; what he
 * joins after the first page is not among them (`inbox.added` announces it), what he leaves is gone from the pages to come.
 *
 * Activity is the last message, thread replies included, the creation, or one's own joining, whichever is latest. Reactions, edits,
 * deletions and other people's coming and going move nothing.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import { type ConversationRow, History, type MemberRow, type MessageRow } from "./History.ts"
import type { InboxCursor } from "./inboxCursor.ts"
import { modelsAtHead } from "./modelsAtHead.ts"
import { Receipts } from "./Receipts.ts"

/** `lastMessage`: the last one that the reader may see and that is no thread reply; a deleted one keeps its place here too. */
export interface InboxRow {
  readonly conversation: ConversationRow
  readonly member: MemberRow
  readonly lastMessage?: MessageRow
  readonly readSeq: number
  readonly unread: number
}

export interface InboxPage {
  readonly rows: ReadonlyArray<InboxRow>
  /** Absent after the last page. */
  readonly next?: InboxCursor
}

export class Inbox extends Context.Service<
  Inbox,
  {
    /** `limit`: 1 or more. */
    readonly page: (
      user: string,
      options: { readonly cursor?: InboxCursor; readonly limit: number },
    ) => Effect.Effect<InboxPage, Unavailable>
  }
>()("@parley/projections/Inbox") {}

const readPage = (
  store: EventStore["Service"],
  history: History["Service"],
  receipts: Receipts["Service"],
): Inbox["Service"]["page"] =>
  Effect.fn("Inbox.page")(function* (user, { cursor, limit }) {
    const head = yield* modelsAtHead(store, [history, receipts])
    const { asOf, before } = cursor ?? { asOf: head, before: undefined }
    // One more than asked for tells whether there is another page.
    const asked = { asOf, limit: limit + 1, ...(before === undefined ? undefined : { before }) }
    const found = yield* history.byActivity(user, asked)
    const shown = found.slice(0, limit)
    const names = shown.map(({ conversation }) => conversation.id)
    const read = yield* receipts.read(user, names)
    const markers = yield* history.markers(
      user,
      names.map((name) => [name, read.get(name) ?? 0]),
    )
    const markerOf = new Map(markers.map((marker) => [marker.conversation, marker]))
    const rows = shown.flatMap((row) => {
      // Absent when he has left between the two questions.
      const marker = markerOf.get(row.conversation.id)
      if (marker === undefined) return []
      const { conversation, member, lastMessage } = row
      const { readSeq, unread } = marker
      return [
        { conversation, member, ...(lastMessage === undefined ? {} : { lastMessage }), readSeq, unread },
      ]
    })
    return found.length > limit ? { rows, next: { asOf, before: shown.at(-1)!.activity } } : { rows }
  })

export const layer: Layer.Layer<Inbox, never, EventStore | History | Receipts> = Layer.effect(
  Inbox,
  Effect.gen(function* () {
    return { page: readPage(yield* EventStore, yield* History, yield* Receipts) }
  }),
)
