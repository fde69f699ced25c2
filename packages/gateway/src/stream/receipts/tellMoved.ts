/**
 * Who is told of cursors that have moved, once they are in the log (protocol, section 4: `receipt.*`, `inbox.updated`).
 *
 *   read       `inbox.updated` to all of the user's connections; `receipt.read` to his others and to the senders
 *   delivered  `receipt.delivery` to the senders
 *
 * The senders are those of the messages that the move newly covers, its newest 200 at most, from the user's joining on. Above
 * `receipts_members` members nobody but the user is told anything; who hides his reading tells it to himself alone.
 *
 * Always true: nothing is told that is not in the log. A note may be lost; the next move, or a sync, tells the rest.
 */
import type { Marker } from "@parley/projections/Markers"
import type { Covered, ReceiptReads, Stretch } from "@parley/projections/ReceiptReads"
import type { Unavailable } from "@parley/runtime/errors"
import type { Note } from "@parley/runtime/Broker"
import * as Effect from "effect/Effect"
import { inboxUpdatedFrame, receiptDeliveryFrame, receiptReadFrame } from "./noteFrames.ts"

/** One cursor that moved from `after` (exclusive) to `upTo`. */
export interface Move extends Stretch {
  /** Absent for reading. */
  readonly device?: string
  /** For reading: the device on which it was done, which knows. */
  readonly readOn?: string
  /** Who hears of it beside `inbox.updated`. `own`: the reader's other connections. */
  readonly audience: "nobody" | "own" | "senders"
}

export interface Teller {
  readonly covered: ReceiptReads["Service"]["covered"]
  readonly markers: (
    user: string,
    conversations: ReadonlyArray<string>,
  ) => Effect.Effect<ReadonlyArray<Marker>, Unavailable>
  readonly tell: (note: Note) => void
  /** Milliseconds. */
  readonly now: () => number
}

export const tellMoved = Effect.fn("tellMoved")(function* (
  teller: Teller,
  user: string,
  moves: ReadonlyArray<Move>,
): Effect.fn.Return<void, Unavailable> {
  const { now, tell } = teller
  const read = moves.filter((move) => move.device === undefined)
  if (read.length > 0)
    for (const marker of yield* teller.markers(
      user,
      read.map(({ conversation }) => conversation),
    ))
      tell({ conversation: marker.conversation, users: [user], frame: inboxUpdatedFrame(now(), marker) })
  const told = moves.filter((move) => move.audience !== "nobody")
  if (told.length === 0) return
  const covered = yield* teller.covered(told)
  told.forEach((move, index) => {
    for (const note of notesOf(user, move, covered[index]!, now())) tell(note)
  })
})

const notesOf = (
  user: string,
  { audience, conversation, device, readOn, upTo: upToSeq }: Move,
  { last, senders }: Covered,
  now: number,
): ReadonlyArray<Note> => {
  const others = senders.filter((sender) => sender.user !== user)
  if (device !== undefined)
    return others.map(({ messageId, user: sender }) => ({
      conversation,
      users: [sender],
      frame: receiptDeliveryFrame(now, { conversation, user, device, upToSeq, messageId }),
    }))
  if (last === undefined) return []
  const frame = receiptReadFrame(now, { conversation, user, upToSeq, lastRead: last.messageId })
  const own = {
    conversation,
    users: [user],
    frame,
    ...(readOn === undefined ? {} : { exceptDevice: readOn }),
  }
  const users = audience === "senders" ? others.map((sender) => sender.user) : []
  return users.length === 0 ? [own] : [own, { conversation, users, frame }]
}
