/**
 * One conversation's turn in a sync, as often as its membership moves under it.
 *
 * Always true: it ends with the conversation replayed to a member, or lost, or as a failure; never with an unproven membership.
 */
import type { Membership, MembershipRow } from "@parley/projections/Membership"
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type { Replayed, Seam, Unproven } from "./seam.ts"
import type { AttachTurn, Head, LostTurn } from "./syncPlan.ts"

const ATTEMPTS = 5

export interface Proving<H extends Head> {
  readonly user: string
  readonly membership: Pick<Membership["Service"], "of">
  readonly frames: number
  /** The rows of the plan are at least as new. */
  readonly head: number
  readonly attach: (seam: Seam<H>) => Effect.Effect<Replayed | Unproven, Unavailable>
  readonly lose: (turn: LostTurn) => Effect.Effect<Replayed, Unavailable>
}

export const provenTurn = Effect.fnUntraced(function* <H extends Head>(
  turn: AttachTurn<H>,
  { attach, frames, head, lose, membership, user }: Proving<H>,
): Effect.fn.Return<Replayed, Unavailable> {
  const { at, hub, known, reach, row: planned } = turn
  let { joinedSeq: joined } = planned
  let provenTo = head
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const attached = yield* attach({ ...seamOf(turn, frames, provenTo), reach: { ...reach, joined, frames } })
    if (attached._tag === "Replayed") return attached
    // More than a window of events came while other conversations had their turns.
    provenTo = attached.position
    const rows = yield* membership.of(user, -1, provenTo)
    const row = rows.find((one) => one.conversation === hub.conversation)
    if (row === undefined) break
    if (!row.member)
      return yield* lose(lostOf(row, { at, known, reach: { ...reach, joined: row.joinedSeq } }))
    joined = row.joinedSeq
  }
  return yield* new Unavailable({ reason: "the membership moves faster than it can be read" })
})

export const seamOf = <H extends Head>(
  { announce, hub, known, reach }: AttachTurn<H>,
  frames: number,
  provenTo: number,
): Seam<H> => ({ hub, reach: { ...reach, frames }, provenTo, known, announce })

const lostOf = (row: MembershipRow, turn: Pick<LostTurn, "at" | "known" | "reach">): LostTurn => ({
  _tag: "Lost",
  ...turn,
  row,
  removedSeq: row.removedSeq ?? row.joinedSeq,
})
