/**
 * The directory model: everybody who was ever seen, with what he shows of himself, and which devices were revoked when.
 *
 * Always true: names are sealed in it, so nothing here is searched by name without opening. It knows the log up to `position`.
 * Not for: one's own state, which is read from the user's stream (`Users`); showing to a person (`searchPeople.ts` does that).
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Sealed } from "@parley/domain/Sealed"
import type { Revocation } from "@parley/runtime/Broker"
import type { Position } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"

export interface PersonRow {
  readonly user: string
  readonly name?: Sealed
  readonly avatarMediaId?: string
}

/** `user` has blocked `other`, by an event at this place in the log; he may have taken it back since. */
export interface Blocking {
  readonly user: string
  readonly other: string
  readonly position: Position
}

export class Directory extends Context.Service<
  Directory,
  {
    readonly position: Effect.Effect<Position>
    /** Waits, at most a second, until the model has come to `position`; else `Unavailable`. */
    readonly caughtUp: (position: Position) => Effect.Effect<void, Unavailable>
    /** Everybody by user id, after `after` (exclusive; empty: from the start). */
    readonly people: (after: string, limit: number) => Effect.Effect<ReadonlyArray<PersonRow>, Unavailable>
    /** Those of `users` who were ever seen, in the order given. */
    readonly among: (users: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<PersonRow>, Unavailable>
    /** Calls back after each batch that holds revocations, old ones too when the model is built anew. Returns the subscription's end. */
    readonly onRevoked: (receive: (revocation: Revocation) => void) => Effect.Effect<() => void>
    /** Likewise after each batch that holds blocks. */
    readonly onBlocked: (receive: (blocking: Blocking) => void) => Effect.Effect<() => void>
  }
>()("@parley/projections/Directory") {}
