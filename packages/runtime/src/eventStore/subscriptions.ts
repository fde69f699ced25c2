/**
 * Subscriptions as repeated reads of the log, woken by commits: catching up and being live are the same thing.
 *
 * Always true: nothing is buffered but one page of at most `pageSize` events, handed over before the next is read. So there is no
 * seam where an event could be missed or doubled, and a slow subscriber lags behind the log, holding up nobody.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreUnavailable, StreamDeleted } from "../errors.ts"
import type { EventStore, FromAll, Position, RecordedEvent } from "../EventStore.ts"
import type { CommitSignal } from "./CommitSignal.ts"

const pageSize = 256

/** A stretch of the log: every event with one of the prefixes from where the scan began up to `scanned` is in it. */
export interface Scan {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly scanned: Position
  /** Nothing stood beyond `scanned` when the scan was made. */
  readonly atEnd: boolean
}

/** A scan forward from `from` (inclusive): ends at `limit` events, at the log's end, or earlier at the store's own choice. */
export type ScanAll = (options: {
  readonly from: Position
  readonly limit: number
  readonly prefixes: ReadonlyArray<string>
}) => Effect.Effect<Scan, StoreUnavailable>

export const subscribeAll =
  (signal: CommitSignal, scanAll: ScanAll): EventStore["Service"]["subscribeAll"] =>
  ({ after, prefixes }) =>
    Stream.unwrap(
      Effect.map(signal.watchAll, (watch) => {
        const page = Effect.fnUntraced(function* (seen: Position) {
          yield* watch.next
          const { events, scanned, atEnd } = yield* scanAll({ from: seen + 1, limit: pageSize, prefixes })
          if (!atEnd) watch.notify()
          const items: Array<FromAll> = events.map((event) => ({ _tag: "Event", event }))
          const last = events.at(-1)?.position ?? seen
          if (scanned > last) items.push({ _tag: "Checkpoint", position: scanned })
          return [items, Option.some(Math.max(scanned, last))] as const
        })
        return Stream.paginate(after, page)
      }),
    )

export const subscribeStream =
  (
    signal: CommitSignal,
    readStream: EventStore["Service"]["readStream"],
  ): EventStore["Service"]["subscribeStream"] =>
  (stream, after) =>
    Stream.unwrap(
      Effect.map(signal.watchStream(stream), (watch) => {
        const page = Effect.fnUntraced(function* (
          seen: number,
        ): Effect.fn.Return<
          readonly [ReadonlyArray<RecordedEvent>, Option.Option<number>],
          StreamDeleted | StoreUnavailable
        > {
          yield* watch.next
          const events = yield* readStream(stream, {
            direction: "forward",
            from: seen + 1,
            limit: pageSize,
          }).pipe(Effect.catchTag("StreamNotFound", () => Effect.succeed([])))
          if (events.length === pageSize) watch.notify()
          return [events, Option.some(events.at(-1)?.revision ?? seen)]
        })
        return Stream.paginate(after, page)
      }),
    )
