/**
 * One user's moved cursors into the log, and word of it to those whom it concerns.
 *
 * Always true: what does not belong there is left out: conversations that he is no member of by now, and what a device has got of a
 * large group. The effect ends when the log has it; telling goes on by itself.
 */
import type { CursorsMoved } from "@parley/domain/user/commands"
import type { CursorMap } from "@parley/domain/user/events"
import type { Stretch } from "@parley/projections/ReceiptReads"
import type { Reads } from "@parley/projections/Reads"
import type { Origin } from "@parley/runtime/Conversations"
import type { Unavailable } from "@parley/runtime/errors"
import type { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import type { UserCursors } from "./PendingCursors.ts"
import { type Move, type Teller, tellMoved } from "./tellMoved.ts"

/** Conversations looked at at a time. */
const LOOKS = 16

export interface Storing {
  readonly reads: Pick<Reads["Service"], "view">
  readonly users: Pick<Users["Service"], "moveCursors" | "privacy">
  readonly teller: Teller
  readonly mostMembers: number
  readonly fork: (effect: Effect.Effect<void>) => unknown
}

interface Place {
  readonly joined: number
  readonly small: boolean
}

export const storeCursors = (storing: Storing) =>
  Effect.fnUntraced(function* (origin: Origin, cursors: UserCursors): Effect.fn.Return<void, Unavailable> {
    const places = yield* placesOf(storing, origin.actor, cursors.conversations())
    const moves = cursors.moves(
      (conversation, kind) =>
        places.has(conversation) && (kind === "read" || places.get(conversation)!.small),
    )
    if (Object.keys(moves.read).length === 0 && moves.delivered.length === 0) return
    const moved = yield* storing.users.moveCursors(origin, moves)
    storing.fork(
      telling(storing, origin.actor, moved, places, cursors.readOn).pipe(
        Effect.catchCause((cause) => Effect.logWarning("Receipts were stored and not told", cause)),
      ),
    )
  })

/** Those conversations that he is in. */
const placesOf = (
  { mostMembers, reads }: Storing,
  user: string,
  conversations: ReadonlySet<string>,
): Effect.Effect<ReadonlyMap<string, Place>, Unavailable> =>
  Effect.forEach(
    conversations,
    (conversation) =>
      Effect.map(reads.view(conversation, user), (view): ReadonlyArray<readonly [string, Place]> => {
        if (view === undefined) return []
        const small = view.conversation.memberCount <= mostMembers
        return [[conversation, { joined: view.member.joinedSeq, small }]]
      }),
    { concurrency: LOOKS },
  ).pipe(Effect.map((found) => new Map(found.flat())))

const telling = Effect.fnUntraced(function* (
  { teller, users }: Storing,
  user: string,
  { delivered, read, readBefore }: CursorsMoved,
  places: ReadonlyMap<string, Place>,
  readOn: ReadonlyMap<string, string>,
): Effect.fn.Return<void, Unavailable> {
  const hides = Object.keys(read).length > 0 && !(yield* users.privacy(user)).sendReadReceipts
  // What he could have read before his joining is not news to anybody.
  const stretches = (to: CursorMap, before: CursorMap): ReadonlyArray<Stretch> =>
    Object.entries(to).map(([conversation, upTo]) => ({
      conversation,
      after: Math.max(before[conversation] ?? -1, places.get(conversation)!.joined),
      upTo,
    }))
  const moves: Array<Move> = []
  for (const stretch of stretches(read, readBefore)) {
    const device = readOn.get(stretch.conversation)
    moves.push({
      ...stretch,
      audience: !places.get(stretch.conversation)!.small ? "nobody" : hides ? "own" : "senders",
      ...(device === undefined ? {} : { readOn: device }),
    })
  }
  for (const { before, cursors, device_id: device } of delivered)
    for (const stretch of stretches(cursors, before)) moves.push({ ...stretch, device, audience: "senders" })
  yield* tellMoved(teller, user, moves)
})
