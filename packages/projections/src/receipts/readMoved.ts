/** What moved in a user's conversations since a place in the log: one question of one model where nothing did. */
import * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import type { History } from "../History.ts"
import type { MovedReceipt } from "../ReceiptReads.ts"
import type { CursorRow, Receipts } from "../Receipts.ts"

/** Receipts of others in one answer: the newest of them. */
const maxReceipts = 1_000

export const readMoved = Effect.fnUntraced(function* (
  models: {
    readonly history: History["Service"]
    readonly receipts: Receipts["Service"]
  },
  user: string,
  conversations: ReadonlyArray<string>,
  {
    asOf,
    maxMembers,
    since,
  }: { readonly since: Position; readonly asOf: Position; readonly maxMembers: number },
): Effect.fn.Return<
  { readonly own: ReadonlyArray<string>; readonly others: ReadonlyArray<MovedReceipt> },
  Unavailable
> {
  const { history, receipts } = models
  const { others: moved, own } = yield* receipts.moved(user, conversations, {
    since,
    limit: maxReceipts,
    asOf,
  })
  if (moved.length === 0) return { own, others: [] }
  yield* history.caughtUp(asOf)
  const concerning = yield* Effect.forEach(byConversation(moved), ([conversation, cursors]) =>
    Effect.gen(function* () {
      const users = [...new Set(cursors.map((cursor) => cursor.user))]
      const among = yield* history.membersAmong(conversation, users)
      if (among === undefined || among.memberCount > maxMembers) return []
      const present = new Set(among.members)
      return cursors.filter((cursor) => present.has(cursor.user))
    }),
  )
  const cursors = concerning.flat()
  const covered = yield* history.covered(
    cursors.map(({ conversation, upToSeq }) => ({ conversation, after: -1, upTo: upToSeq })),
  )
  const others = cursors.flatMap((cursor, n) => {
    const { last, senders } = covered[n]!
    const mine = senders.find((sender) => sender.user === user)
    return last === undefined || mine === undefined
      ? []
      : [{ ...cursor, lastRead: last.messageId, ownMessage: mine.messageId }]
  })
  return { own, others }
})

const byConversation = (cursors: ReadonlyArray<CursorRow>): ReadonlyMap<string, ReadonlyArray<CursorRow>> =>
  Map.groupBy(cursors, (cursor) => cursor.conversation)
