/**
 * The repair feed: what gateways compare their hubs with, so that a lost announcement is noticed without walking the log.
 *
 * Always true: rows reach the listener after the model's transaction that made them, in log order, and `position` says that every
 * conversation event up to there is covered by the rows handed over so far.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"

export interface Repair {
  readonly position: Position
  /** Conversations that moved, with their last revision. */
  readonly heads: ReadonlyArray<{
    readonly conversation: string
    readonly revision: number
    readonly position: Position
  }>
  /** Membership changes, per event: who came, who went. */
  readonly changes: ReadonlyArray<{
    readonly conversation: string
    readonly seq: number
    readonly position: Position
    readonly added: ReadonlyArray<string>
    readonly removed: ReadonlyArray<string>
  }>
}

export class RepairFeed extends Context.Service<
  RepairFeed,
  {
    /** Calls back after every batch of the follower. Returns the end of the subscription. */
    readonly subscribe: (receive: (repair: Repair) => void) => Effect.Effect<() => void>
  }
>()("@parley/projections/RepairFeed") {}
