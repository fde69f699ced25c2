/**
 * A schema brought forward, step by step, while other nodes use it.
 *
 * Always true: a step and the record of it are one transaction, and at most one node of a schema takes a step at a time: the rest
 * wait and find it done. Killed in the middle, the step is as if never begun. A schema that knows a step that this program does not
 * know is refused, and nothing is changed.
 * Steps only go forward, and run while the previous release still serves: add first, and take away a release later. A step waits
 * 2 s at most for a table in use and then begins again, so that what it waits for does not hold up everybody behind it.
 * Not for: rebuilding a read model's contents.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Duration from "effect/Duration"
import * as Schedule from "effect/Schedule"
import type { SqlError } from "effect/sql/SqlError"
import { PostgresRefused } from "../errors.ts"
import type { Resolved } from "./connection.ts"

export interface Migration {
  /** 1, 2, 3, … within its set. */
  readonly number: number
  /** A few words. Recorded, and compared: another program's step under the same number is refused. */
  readonly name: string
  /** One statement each. Unqualified names are the schema's. */
  readonly statements: ReadonlyArray<string>
}

/** The steps of one adapter: sets do not know of each other. */
export interface MigrationSet {
  readonly name: string
  readonly migrations: ReadonlyArray<Migration>
}

export interface Recorded {
  readonly number: number
  readonly name: string
}

/** The steps that are missing, oldest first. Refuses what another program has done. */
export const missing = (
  set: MigrationSet,
  recorded: ReadonlyArray<Recorded>,
): Effect.Effect<ReadonlyArray<Migration>, PostgresRefused> => {
  const known = new Map(set.migrations.map((each) => [each.number, each.name]))
  for (const { number, name } of recorded) {
    const detail = `Set ${set.name}: the database has step ${number}, “${name}”`
    if (!known.has(number))
      return Effect.fail(new PostgresRefused({ reason: "newer_schema", detail: `${detail}, unknown here` }))
    if (known.get(number) !== name)
      return Effect.fail(
        new PostgresRefused({
          reason: "foreign_schema",
          detail: `${detail}, known here as “${known.get(number)}”`,
        }),
      )
  }
  const done = new Set(recorded.map((each) => each.number))
  return Effect.succeed(
    set.migrations
      .filter((each) => !done.has(each.number))
      .toSorted((one, other) => one.number - other.number),
  )
}

/** Of the schema's steps among all advisory locks with two keys: the letters “prly”. */
const lockClass = 0x70726c79

const recordedIn = (sql: PgClient.PgClient, set: MigrationSet) =>
  sql<Recorded>`SELECT number, name FROM parley_migrations WHERE set_name = ${set.name} ORDER BY number`

/** Takes the lock until the transaction ends. */
const alone = (sql: PgClient.PgClient, schema: string) =>
  sql`SELECT pg_advisory_xact_lock(${lockClass}, hashtext(${schema}))`

/** Asking first: CREATE SCHEMA IF NOT EXISTS wants the right to create even where nothing is to be created. */
const ensureRecord = Effect.fnUntraced(function* (sql: PgClient.PgClient, schema: string) {
  yield* alone(sql, schema)
  const found = yield* sql`SELECT 1 FROM pg_namespace WHERE nspname = ${schema}`
  if (found.length === 0) yield* sql`CREATE SCHEMA ${sql(schema)}`
  const recorded =
    yield* sql`SELECT 1 FROM pg_tables WHERE schemaname = ${schema} AND tablename = 'parley_migrations'`
  if (recorded.length === 0)
    yield* sql`CREATE TABLE parley_migrations (
      set_name text, number integer, name text NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (set_name, number)
    )`
})

/** Takes one step; `false` when none was left to take. */
const step = Effect.fnUntraced(function* (
  sql: PgClient.PgClient,
  schema: string,
  set: MigrationSet,
): Effect.fn.Return<boolean, SqlError | PostgresRefused> {
  yield* alone(sql, schema)
  const [next] = yield* missing(set, yield* recordedIn(sql, set))
  if (next === undefined) return false
  // After the lock, whose wait it would cut short too.
  yield* sql`SET LOCAL lock_timeout = '2s'`
  for (const statement of next.statements) yield* sql.unsafe(statement)
  yield* sql`INSERT INTO parley_migrations (set_name, number, name) VALUES (${set.name}, ${next.number}, ${next.name})`
  return true
})

const oneSession = (resolved: Resolved) =>
  PgClient.makeClient({
    ...resolved.config,
    startupParameters: {
      ...resolved.config.startupParameters,
      statement_timeout: String(Math.ceil(Duration.toMillis(resolved.migrationTimeout))),
      idle_in_transaction_session_timeout: "60000",
    },
  })

const isInUse = (error: SqlError | PostgresRefused): boolean =>
  error._tag === "SqlError" && error.reason._tag === "LockTimeoutError"

/** In a session of its own, which is closed afterwards. Up to 60 attempts at a step whose table is in use. */
export const migrate = (
  resolved: Resolved,
  set: MigrationSet,
): Effect.Effect<void, SqlError | PostgresRefused> =>
  Effect.gen(function* () {
    const sql = yield* oneSession(resolved)
    yield* sql.withTransaction(ensureRecord(sql, resolved.schema))
    const taken = sql
      .withTransaction(step(sql, resolved.schema, set))
      .pipe(Effect.retry({ schedule: Schedule.spaced("500 millis"), times: 60, while: isInUse }))
    while (yield* taken);
  }).pipe(Effect.scoped, Effect.provide(Reactivity.layer))
