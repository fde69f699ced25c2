/**
 * Which runners there are, and who has which shard, on Postgres.
 *
 * Always true: a shard is an advisory lock of one session. The server frees it when the session ends: at once when the runner is killed,
 * after `shardLockExpiration` when it hangs. Whoever has a lock saves the others work; what keeps two owners apart is the expected revision.
 * It has a pool of its own: however busy the other sessions are, locks are refreshed.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import type * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as SqlClient from "effect/sql/SqlClient"
import type { PostgresFailure } from "../errors.ts"
import type { PostgresOptions } from "../postgres/connection.ts"
import { Postgres, layer as postgres } from "../postgres/Postgres.ts"
import { lockSessions } from "../postgres/sessions.ts"

/**
 * A runner that was killed or hangs has no shards after about 6 s, the expiration, unless others notice its death earlier by looking after
 * its health. Half of these times make a busy machine take itself for a dead one. A call whose runner is looked for tries again now and
 * then: thousands that wait must not keep the machine from finding it.
 */
export const shardTimes = {
  shardLockRefreshInterval: "2 seconds",
  shardLockExpiration: "6 seconds",
  refreshAssignmentsInterval: "500 millis",
  runnerHealthCheckInterval: "1 second",
  entityTerminationTimeout: "3 seconds",
  sendRetryInterval: "300 millis",
} as const satisfies Partial<ShardingConfig.ShardingConfig["Service"]>

/** Advisory locks are the whole database's: the schema's name keeps those of two clusters apart. */
export const layer = (
  options: PostgresOptions,
): Layer.Layer<RunnerStorage.RunnerStorage, PostgresFailure, ShardingConfig.ShardingConfig> =>
  Layer.effect(
    RunnerStorage.RunnerStorage,
    Effect.gen(function* () {
      const { sql, schema, ask, patiently, migrate } = yield* Postgres
      // Makes the schema, in which the cluster's own steps make their tables.
      yield* migrate({ name: "runners", migrations: [] })
      const storage = SqlRunnerStorage.make({ prefix: schema })
      return yield* patiently(ask(Effect.provideService(storage, SqlClient.SqlClient, sql)))
    }),
  ).pipe(Layer.provide(Layer.fresh(postgres({ ...options, maxConnections: lockSessions }))))
