/** Figures of the embedded event store, for `/metrics` and `/readyz`. */
import * as Context from "effect/Context"

/** Counted since the start. Times in milliseconds, from the first statement of a transaction to the end of its fsync. */
export interface WriterStats {
  readonly commits: number
  /** Successful ones, retries of what stands not counted. */
  readonly appends: number
  readonly events: number
  readonly commitMsTotal: number
  readonly commitMsMax: number
  /** Writes asked for and not answered yet. */
  readonly waiting: number
  /** False once the writer thread has ended: every write fails from then on, and only a restart helps. */
  readonly alive: boolean
}

export class EventStoreStats extends Context.Service<
  EventStoreStats,
  {
    /** A snapshot; costs nothing worth counting. */
    readonly read: () => WriterStats
  }
>()("@parley/runtime/EventStoreStats") {}
