/**
 * What doctor asks of Postgres.
 *
 * Always true: it only reads, in a session of its own; tables that nobody has made yet are absent, and not made.
 */
import { migrations as modelMigrations } from "@parley/projections/postgres/generations"
import { postgresModelNamed } from "@parley/projections/postgres/postgresModelNamed"
import { queueMigrations, targetMigrations } from "@parley/projections/push/queuePostgres/tables"
import type { PostgresFailure } from "@parley/runtime/errors"
import { vaultMigrations } from "@parley/runtime/keyVault/VaultRows"
import { logIndexMigrations } from "@parley/runtime/logIndex/LogIndexPostgres"
import type { MigrationSet, Recorded } from "@parley/runtime/postgres/migrate"
import { layer, Postgres } from "@parley/runtime/postgres/Postgres"
import { snapshotMigrations } from "@parley/runtime/snapshot/SnapshotStorePostgres"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { ClockRead } from "./Look.ts"

/** Of everything that Parley keeps there. */
export const migrationSets: ReadonlyArray<MigrationSet> = [
  vaultMigrations,
  logIndexMigrations,
  snapshotMigrations,
  modelMigrations,
  queueMigrations,
  targetMigrations,
]

export interface Step extends Recorded {
  readonly set: string
}

/** How far something that follows the log has come. */
export interface Place {
  readonly name: string
  readonly epoch: string
  readonly position: number
}

export interface RunnerSeen {
  readonly address: string
  readonly healthy: boolean
  readonly silentMs: number
}

export interface PostgresLook {
  readonly version: string
  readonly synchronousCommit: string
  readonly sessions: {
    /** Open to whoever is no superuser. */
    readonly most: number
    readonly used: number
  }
  readonly clock: ClockRead
  /** Steps of the schema that were taken. */
  readonly steps: ReadonlyArray<Step>
  readonly runners: ReadonlyArray<RunnerSeen>
  /** What the vault's master key unwraps; absent: no process has opened the vault yet. */
  readonly proof?: Uint8Array
}

const short = "3 seconds"

/** Nothing waits for a server that is away: that is what is to be found. */
const asking = <A>(
  url: Redacted.Redacted,
  ask: (postgres: Postgres["Service"]) => Effect.Effect<A, PostgresFailure>,
): Effect.Effect<A, PostgresFailure> =>
  Effect.flatMap(Effect.service(Postgres), ask).pipe(
    Effect.provide(
      layer({
        url,
        maxConnections: 1,
        connectTimeout: short,
        statementTimeout: short,
        answerTimeout: short,
        patienceAtStart: 0,
      }),
    ),
  )

const isThere = ({ sql, ask }: Postgres["Service"], table: string): Effect.Effect<boolean, PostgresFailure> =>
  Effect.map(
    ask(sql<{ there: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS there`),
    ([found]) => found?.there === true,
  )

/** The rows of a table that may not be there. */
const rowsOf = Effect.fnUntraced(function* <Row extends object>(
  postgres: Postgres["Service"],
  table: string,
  query: string,
): Effect.fn.Return<ReadonlyArray<Row>, PostgresFailure> {
  if (!(yield* isThere(postgres, table))) return []
  return yield* postgres.ask(postgres.sql.unsafe<Row>(query))
})

const settings = ["server_version", "synchronous_commit", "max_connections"] as const
/** The second came with Postgres 16. */
const reserves = ["superuser_reserved_connections", "reserved_connections"] as const

export const lookAtPostgres = (url: Redacted.Redacted): Effect.Effect<PostgresLook, PostgresFailure> =>
  asking(
    url,
    Effect.fnUntraced(function* (postgres) {
      const { sql, ask, schema } = postgres
      const rows = yield* ask(
        sql<{ name: string; setting: string }>`SELECT name, setting FROM pg_settings
          WHERE name = ANY(${[...settings, ...reserves]})`,
      )
      const setting = (name: string) => rows.find((row) => row.name === name)?.setting ?? ""
      const [sessions] = yield* ask(
        sql<{
          used: number
        }>`SELECT count(*) AS used FROM pg_stat_activity WHERE backend_type = 'client backend'`,
      )
      const before = Date.now()
      const [clock] = yield* ask(
        sql<{ now: number }>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`,
      )
      const after = Date.now()
      const reserved = reserves.reduce((sum, name) => sum + Number(setting(name)), 0)
      const [proof] = yield* rowsOf<{ wrapped: Uint8Array }>(
        postgres,
        "master_key_proof",
        "SELECT wrapped FROM master_key_proof",
      )
      return {
        version: setting("server_version"),
        synchronousCommit: setting("synchronous_commit"),
        // Ours is one of those in use.
        sessions: { most: Number(setting("max_connections")) - reserved, used: sessions!.used - 1 },
        clock: { remote: clock!.now, before, after },
        steps: yield* rowsOf<Step>(
          postgres,
          "parley_migrations",
          "SELECT set_name AS set, number, name FROM parley_migrations ORDER BY set_name, number",
        ),
        runners: yield* rowsOf<RunnerSeen>(
          postgres,
          `${schema}_runners`,
          `SELECT address, healthy, greatest(0, extract(epoch FROM now()::timestamp - last_heartbeat) * 1000)::bigint AS "silentMs"
           FROM ${schema}_runners ORDER BY address`,
        ),
        ...(proof === undefined ? {} : { proof: proof.wrapped }),
      }
    }),
  )

/** Those of them whom the vault does not know, by a key or as erased. */
export const lookForKeys = (
  url: Redacted.Redacted,
  owners: ReadonlySet<string>,
): Effect.Effect<ReadonlyArray<string>, PostgresFailure> =>
  asking(
    url,
    Effect.fnUntraced(function* (postgres) {
      const { sql, ask } = postgres
      if (!(yield* isThere(postgres, "data_keys"))) return [...owners]
      const missing = yield* ask(
        sql<{ owner: string }>`SELECT asked.owner FROM unnest(${[...owners]}::text[]) AS asked(owner)
          WHERE NOT EXISTS (SELECT 1 FROM data_keys WHERE data_keys.owner = asked.owner)`,
      )
      return missing.map(({ owner }) => owner)
    }),
  )

/** Sessions of other processes of Parley's in this database. */
export const sessionsOfOthers = (url: Redacted.Redacted): Effect.Effect<number, PostgresFailure> =>
  asking(url, ({ sql, ask }) =>
    Effect.map(
      ask(
        sql<{ others: number }>`SELECT count(*) AS others FROM pg_stat_activity
          WHERE application_name = 'parley' AND datname = current_database() AND pid <> pg_backend_pid()`,
      ),
      ([row]) => row!.others,
    ),
  )

const models = Object.values(postgresModelNamed)
export const indexName = "log index"
/** Of this version. */
export const modelNames = models.map(({ definition }) => definition.name)

/** How far the read models of this version and the log index have come. */
export const lookAtPlaces = (url: Redacted.Redacted): Effect.Effect<ReadonlyArray<Place>, PostgresFailure> =>
  asking(
    url,
    Effect.fnUntraced(function* (postgres) {
      const current = yield* rowsOf<Place & { readonly version: number }>(
        postgres,
        "models",
        "SELECT name, version, epoch, position FROM models WHERE state = 'current'",
      )
      const index = yield* rowsOf<Omit<Place, "name">>(
        postgres,
        "log_index_place",
        "SELECT epoch, position FROM log_index_place",
      )
      const ofThisVersion = current.filter(({ name, version }) =>
        models.some((model) => model.definition.name === name && model.version === version),
      )
      return [...ofThisVersion, ...index.map((place) => ({ ...place, name: indexName }))]
    }),
  )
