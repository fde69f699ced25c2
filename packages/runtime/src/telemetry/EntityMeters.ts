/**
 * What the entities of this process count, for `/metrics`: plain numbers, changed where it happens.
 *
 * Always true: one for all entities. Whoever builds a server need not provide it: a process has one by default.
 */
import * as Context from "effect/Context"
import { Histogram, RecentMax, sizeBounds } from "./Histogram.ts"

export interface EntityCounts {
  /** Requests that wait in the queues of all entities, those being decided included. */
  waiting: number
  /** Requests that found a queue full. */
  refused: number
  /** The longest queue. */
  readonly deepest: RecentMax
  /** Requests decided together and made durable by one append. */
  readonly batches: Histogram
}

export const entityCounts = (): EntityCounts => ({
  waiting: 0,
  refused: 0,
  deepest: new RecentMax(),
  batches: new Histogram(sizeBounds),
})

export const EntityMeters: Context.Reference<EntityCounts> = Context.Reference<EntityCounts>(
  "@parley/runtime/EntityMeters",
  { defaultValue: entityCounts },
)
