/**
 * Gives a log that nobody uses a new epoch: what follows when its store was put back to an older state.
 *
 * Always true: the new epoch is durable when it is returned. Begun after the epoch that whoever asks knows, or not at all, so that
 * asking twice begins one.
 */
import * as Effect from "effect/Effect"
import { type StoreRefused, StoreUnavailable } from "../../errors.ts"
import { logOpened, logStream } from "../logOpened.ts"
import { connect, type ConnectOptions } from "./connect.ts"
import { unavailable } from "./failures.ts"
import { latestOpening } from "./openLog.ts"
import { makeReads } from "./reads.ts"
import { makeWrites } from "./writes.ts"

/** The log is of another epoch, or of none. Nothing was changed. */
export interface OtherEpoch {
  readonly _tag: "OtherEpoch"
  readonly epoch?: string
}

/** @param now milliseconds. */
export const beginEpoch = (
  options: ConnectOptions,
  after: string,
  now: number,
): Effect.Effect<string, OtherEpoch | StoreRefused | StoreUnavailable> =>
  Effect.gen(function* () {
    const connection = yield* connect(options)
    const { address } = connection
    const [reads, writes] = [makeReads(connection), makeWrites(connection)]
    yield* Effect.addFinalizer(() => writes.close)
    const unusable = (failure: unknown): StoreUnavailable =>
      failure instanceof StoreUnavailable ? failure : unavailable(address, `${logStream} cannot be used`)
    const latest = yield* Effect.mapError(latestOpening(reads), unusable)
    if (latest?.id !== after)
      return yield* Effect.fail<OtherEpoch>({
        _tag: "OtherEpoch",
        ...(latest === undefined ? {} : { epoch: latest.id }),
      })
    const standing = yield* Effect.mapError(reads.standing(logStream), unusable)
    const event = logOpened(now)
    const expected = standing?.revision ?? latest.revision
    yield* Effect.mapError(writes.send({ stream: logStream, expected, events: [event] }), unusable)
    return event.id
  }).pipe(Effect.scoped)
