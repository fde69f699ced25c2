/**
 * What an operator asks of a log without taking part in it.
 *
 * Always true: it only reads: a log that nobody has begun stays so.
 */
import * as Effect from "effect/Effect"
import type { StoreRefused, StoreUnavailable } from "../../errors.ts"
import type { Position } from "../../EventStore.ts"
import { sealedOwners } from "../sealedOwners.ts"
import { connect, type ConnectOptions } from "./connect.ts"
import { unavailable } from "./failures.ts"
import { latestOpening } from "./openLog.ts"
import { makeReads } from "./reads.ts"

export interface LogLook {
  readonly address: string
  /** Absent: nobody has begun it. */
  readonly epoch?: string
  readonly last?: {
    readonly position: Position
    /** When the store wrote it, by its own clock, in milliseconds. */
    readonly created: number
  }
  /** Who sealed something in the newest events, 1,000 at most. */
  readonly owners: ReadonlySet<string>
}

const newest = 1_000

export const lookAtLog = (options: ConnectOptions): Effect.Effect<LogLook, StoreRefused | StoreUnavailable> =>
  Effect.gen(function* () {
    const connection = yield* connect(options)
    const { address } = connection
    const reads = makeReads(connection)
    const opening = yield* Effect.mapError(latestOpening(reads), (failure) =>
      failure._tag === "StoreUnavailable" ? failure : unavailable(address, "its first stream cannot be read"),
    )
    const events = yield* reads.readAll({ direction: "backward", limit: newest })
    const [last] = events
    return {
      address,
      ...(opening === undefined ? {} : { epoch: opening.id }),
      ...(last === undefined ? {} : { last: { position: last.position, created: last.created } }),
      owners: sealedOwners(events.map(({ data }) => data)),
    }
  }).pipe(Effect.scoped)
