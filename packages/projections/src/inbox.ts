/**
 * A user's inbox, latest activity first.
 *
 * Always true: as of the request's arrival; a conversation that moves between two pages may be seen twice, never missed while it stays.
 */
import * as Effect from "effect/Effect"
import { EventStore, type Position } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"
import { type ConversationRow, History, type MemberRow, type MessageRow } from "./History.ts"
import { Membership } from "./Membership.ts"

export interface InboxRow {
  readonly conversation: ConversationRow
  readonly member: MemberRow
  readonly lastMessage?: MessageRow
  readonly unread: number
}

export interface InboxPage {
  readonly rows: ReadonlyArray<InboxRow>
  /** Where the next page begins; absent after the last one. */
  readonly next?: Position
}

/** @param before only conversations whose last event stands before this place in the log. */
export const readInbox = Effect.fn("readInbox")(function* (
  user: string,
  options: { readonly before?: Position; readonly limit: number },
): Effect.fn.Return<InboxPage, Unavailable, EventStore | History | Membership> {
  const [store, history, membership] = [yield* EventStore, yield* History, yield* Membership]
  const position = yield* store.headPosition.pipe(
    Effect.mapError(({ reason }) => new Unavailable({ reason })),
  )
  yield* Effect.all([history.caughtUp(position), membership.caughtUp(position)], {
    concurrency: "unbounded",
  })
  const memberships = yield* membership.of(user, Number.MAX_SAFE_INTEGER)
  const { before, limit } = options
  const overview = yield* history.overview(
    user,
    memberships.filter((row) => row.member).map((row) => row.conversation),
    // One more than asked for tells whether there is another page.
    { limit: limit + 1, ...(before === undefined ? {} : { before }) },
  )
  const rows = overview
    .slice(0, limit)
    .flatMap((row) => (row.member === undefined ? [] : [{ ...row, member: row.member }]))
  return overview.length > limit ? { rows, next: rows.at(-1)!.conversation.position } : { rows }
})
