/** Figures of the embedded event store, for `/metrics` and `/readyz`. */
import * as Context from "effect/Context"
import type { WriterStats } from "./sqlite/WriterThread.ts"

export class EventStoreStats extends Context.Service<
  EventStoreStats,
  {
    /** Counters since the start; `commitMs` in milliseconds; `alive` is false once the writer thread has ended. */
    readonly read: () => WriterStats
  }
>()("@parley/runtime/EventStoreStats") {}
