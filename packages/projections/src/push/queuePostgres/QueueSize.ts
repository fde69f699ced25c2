/**
 * How much there is in the queue, for `/metrics` and for the limit of what may wait.
 *
 * Always true: as of the last transaction of this node. Of a long queue it is counted twice a second at most, so that counting it costs
 * less than emptying it.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { PushQueueStats } from "../PushQueue.ts"

type Size = Pick<PushQueueStats, "waiting" | "leased" | "parked" | "oldestTs">

const long = 1_000
const countEveryMs = 500

export class QueueSize {
  latest: Size = { waiting: 0, leased: 0, parked: 0 }
  #countedAt = -Infinity
  readonly counted: Effect.Effect<Size, SqlError>

  constructor(sql: PgClient) {
    this.counted = Effect.map(
      sql<{ waiting: number; leased: number; parked: number; oldest: number | null }>`SELECT
        count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'leased') AS leased,
        count(*) FILTER (WHERE state = 'parked') AS parked, min(ts) FILTER (WHERE state <> 'parked') AS oldest
        FROM push_jobs`,
      ([row]) => {
        const { waiting = 0, leased = 0, parked = 0, oldest = null } = row ?? {}
        this.#countedAt = performance.now()
        this.latest = { waiting, leased, parked, ...(oldest === null ? {} : { oldestTs: oldest }) }
        return this.latest
      },
    )
  }

  readonly look: Effect.Effect<unknown, SqlError> = Effect.suspend(() => {
    const { waiting, leased, parked } = this.latest
    const isFresh = performance.now() - this.#countedAt < countEveryMs
    return isFresh && waiting + leased + parked > long ? Effect.void : this.counted
  })
}
