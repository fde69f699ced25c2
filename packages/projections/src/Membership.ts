/**
 * The membership model: for each user the conversations that he is in, and when that last changed.
 *
 * Always true: it knows the log up to `position`. Not for: authorizing a read; that is done in the read's own snapshot.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"

/**
 * One user in one conversation. `joinedSeq`/`joinedPosition`: the event of the latest joining. `removedSeq`/`removedPosition`:
 * present once he has left, until he joins again (`member` is false then).
 */
export interface MembershipRow {
  readonly conversation: string
  readonly member: boolean
  readonly joinedSeq: number
  readonly joinedPosition: Position
  readonly removedSeq?: number
  readonly removedPosition?: Position
}

export class Membership extends Context.Service<
  Membership,
  {
    readonly position: Effect.Effect<Position>
    /** Waits, at most a second, until the model has come to `position`; else `Unavailable`. */
    readonly caughtUp: (position: Position) => Effect.Effect<void, Unavailable>
    /**
     * Everything of one user: current conversations, and those left after `removedAfter` (all left ones when -1). `asOf`: the model knows
     * the log up to there, which is waited for, at most five seconds.
     */
    readonly of: (
      user: string,
      removedAfter: Position,
      asOf?: Position,
    ) => Effect.Effect<ReadonlyArray<MembershipRow>, Unavailable>
  }
>()("@parley/projections/Membership") {}
