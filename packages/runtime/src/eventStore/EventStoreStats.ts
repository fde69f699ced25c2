/** Figures of the embedded event store, for `/metrics` and `/readyz`. */
import * as Context from "effect/Context"
import type { Histogram } from "../telemetry/Histogram.ts"

export interface CommitHistograms {
  /** From the first statement of a transaction to the end of its fsync. */
  readonly seconds: Histogram
  readonly appends: Histogram
  readonly events: Histogram
}

/** Counted since the start. */
export interface WriterStats {
  readonly commits: number
  /** Successful ones, retries of what stands not counted. */
  readonly appends: number
  readonly events: number
  /** Writes asked for and not answered yet. */
  readonly waiting: number
  /** Of a store that commits in this process: seconds of each commit, appends and events in each that held any. */
  readonly histograms?: CommitHistograms
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
