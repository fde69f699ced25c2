/**
 * The log index port: the key index and the marks for an event store that cannot write them in the append's own transaction. A follower
 * computes the lines from the recorded events and moves the index along the log, so it is complete up to a known position.
 *
 * Always true: lines and position move together or not at all; a position that a caller was told covers every line of every event up to it.
 * Not for: the truth. It follows from the log and can be thrown away and built again.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StoreUnavailable } from "./errors.ts"
import type { EventMark, MarksWanted, MessageKey, Position, StandingMark } from "./EventStore.ts"

/** What events of one stream add: lines of the key index, and marks in the order in which they were written. */
export interface StreamLines {
  readonly stream: string
  readonly keys: ReadonlyArray<MessageKey>
  readonly marks: ReadonlyArray<EventMark>
}

/** A stretch of the log: every line of the events after `after` (exclusive, `-1`: from the start) up to `to` (inclusive). */
export interface IndexBatch {
  /** Of the log that the positions belong to. */
  readonly epoch: string
  readonly after: Position
  /** Greater than `after`. */
  readonly to: Position
  /** In the order of the log. A stream may come several times. */
  readonly lines: ReadonlyArray<StreamLines>
}

export class LogIndex extends Context.Service<
  LogIndex,
  {
    /** Up to where the index is complete for the log of this epoch; `-1` when it holds none of it. Durable when answered. */
    readonly position: (epoch: string) => Effect.Effect<Position, StoreUnavailable>
    /**
     * Writes the lines and moves from `after` to `to` in one transaction: a compare-and-set. `false`: the index does not stand at
     * `after` in this epoch (somebody else applies too), nothing was changed. A batch after `-1` of an epoch that the index does not
     * hold begins it anew: whatever it held of another epoch is gone. Of two lines with one key the first stands; of a mark the last.
     * `StoreUnavailable`: the outcome is unknown; ask `position`.
     */
    readonly apply: (batch: IndexBatch) => Effect.Effect<boolean, StoreUnavailable>
    /** The lines that stand for these keys, in the order asked for; absent ones are left out. Of another epoch: none. */
    readonly lookupKeys: (
      epoch: string,
      stream: string,
      keys: ReadonlyArray<{ readonly sender: string; readonly clientMsgId: string }>,
    ) => Effect.Effect<ReadonlyArray<MessageKey>, StoreUnavailable>
    /** The marks that stand, by (seq, key as UTF-8 bytes), each once. A wanted key that ends with a slash stands for all that begin with it. */
    readonly lookupMarks: (
      epoch: string,
      stream: string,
      wanted: ReadonlyArray<MarksWanted>,
    ) => Effect.Effect<ReadonlyArray<StandingMark>, StoreUnavailable>
  }
>()("@parley/runtime/LogIndex") {}
