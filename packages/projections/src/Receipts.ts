/**
 * The receipts model: how far everybody has read each conversation, and how far each device has got it.
 *
 * Always true: cursors only rise; each carries the place in the log of the event that moved it last, so that one can ask what has
 * moved since. It knows nothing of memberships: a cursor may outlive its owner's stay, and may stand beyond the conversation's head.
 * Not for: showing to a person; `Markers.ts` and `ReceiptReads.ts` do that.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"

/** `device` is absent for reading, which is the person's and not a device's. `position`: of the event that moved it last. */
export interface CursorRow {
  readonly conversation: string
  readonly user: string
  readonly device?: string
  readonly upToSeq: number
  readonly position: Position
}

/** Everything of one user in one conversation. `readUpTo` is 0 before he ever read. */
export interface UserCursors {
  readonly user: string
  readonly readUpTo: number
  /** He does not want others to know how far he has read. */
  readonly hidesReading: boolean
  readonly devices: ReadonlyArray<{ readonly device: string; readonly deliveredUpTo: number }>
}

export interface Moved {
  readonly own: ReadonlyArray<string>
  readonly others: ReadonlyArray<CursorRow>
}

export class Receipts extends Context.Service<
  Receipts,
  {
    readonly position: Effect.Effect<Position>
    /** Waits, at most a second, until the model has come to `position`; else `Unavailable`. */
    readonly caughtUp: (position: Position) => Effect.Effect<void, Unavailable>
    /** How far one user has read these conversations; those that he never read are left out. */
    readonly read: (
      user: string,
      conversations: ReadonlyArray<string>,
    ) => Effect.Effect<ReadonlyMap<string, number>, Unavailable>
    /** In the order given; who has no cursors has zeros. */
    readonly ofUsers: (
      conversation: string,
      users: ReadonlyArray<string>,
    ) => Effect.Effect<ReadonlyArray<UserCursors>, Unavailable>
    /**
     * What moved in these conversations after `since` (exclusive): those in which the user's own reading marker did, and cursors of
     * anybody else, the newest `limit`, oldest first; reading of those who hide it is left out. The model knows the log up to `asOf`,
     * which is waited for, at most five seconds. A conversation in which nothing moved lately costs a look into memory.
     */
    readonly moved: (
      user: string,
      conversations: ReadonlyArray<string>,
      range: { readonly since: Position; readonly limit: number; readonly asOf: Position },
    ) => Effect.Effect<Moved, Unavailable>
  }
>()("@parley/projections/Receipts") {}
