/**
 * Finds the log's epoch, or begins the log when nobody has.
 *
 * Always true: of several processes that begin one log at once, one does, and all have its epoch.
 */
import * as Effect from "effect/Effect"
import { StoreUnavailable } from "../../errors.ts"
import type { Position, RecordedEvent } from "../../EventStore.ts"
import { logOpened, logOpenedType, logStream } from "../logOpened.ts"
import { unavailable } from "./failures.ts"
import type { Reads } from "./reads.ts"
import type { Writes } from "./writes.ts"

const pageSize = 64
const maxRounds = 4

export interface OpenedLog {
  readonly epoch: string
  /** Of the log's first event. */
  readonly first: Position
}

interface Store {
  readonly reads: Reads
  readonly writes: Writes
  readonly address: string
}

const standingOf = (reads: Reads, direction: "forward" | "backward") =>
  reads
    .readStream(logStream, { direction, limit: pageSize })
    .pipe(Effect.catchTag("StreamNotFound", () => Effect.succeed<ReadonlyArray<RecordedEvent>>([])))

/** The event that began the log's epoch; `undefined`: nobody has begun it. */
export const latestOpening = (reads: Reads) =>
  Effect.map(standingOf(reads, "backward"), (standing) => standing.find(({ type }) => type === logOpenedType))

/** @param now milliseconds, for an event that may have to be written. */
export const openLog = Effect.fnUntraced(
  function* (store: Store, now: number): Effect.fn.Return<OpenedLog, unknown> {
    for (let round = 0; round < maxRounds; round++) {
      const latest = yield* latestOpening(store.reads)
      if (latest !== undefined) {
        const [first] = yield* standingOf(store.reads, "forward")
        return { epoch: latest.id, first: first?.position ?? -1 }
      }
      const event = logOpened(now)
      yield* store.writes
        .send({ stream: logStream, expected: "no_stream", events: [event] })
        .pipe(Effect.catchTag("WrongExpectedRevision", () => Effect.void))
    }
    return yield* unavailable(store.address, `nobody's ${logOpenedType} stands in ${logStream}`)
  },
  (opening, { address }) =>
    Effect.mapError(opening, (failure) =>
      failure instanceof StoreUnavailable ? failure : unavailable(address, `${logStream} cannot be used`),
    ),
)
