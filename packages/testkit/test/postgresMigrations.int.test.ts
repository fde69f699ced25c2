import { layer, Postgres } from "@parley/runtime/postgres/Postgres"
import type { MigrationSet } from "@parley/runtime/postgres/migrate"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const set = (...statements: ReadonlyArray<ReadonlyArray<string>>): MigrationSet => ({
  name: "test",
  migrations: statements.map((each, index) => ({
    number: index + 1,
    name: `step ${index + 1}`,
    statements: each,
  })),
})
const one = ["CREATE TABLE a (n bigint)"]
/** Fails when it is run twice. */
const two = ["ALTER TABLE a ADD COLUMN m bigint", "CREATE TABLE b (n bigint)"]

/** A node of its own on one schema: it has its own pool. */
const nodesOf = () => {
  const options = { ...postgres.options(), patienceAtStart: 0 }
  return {
    schema: options.schema!,
    node: <A, E>(use: (database: Postgres["Service"]) => Effect.Effect<A, E>) =>
      Effect.provide(Effect.flatMap(Effect.service(Postgres), use), layer(options)),
  }
}

const stepsOf = (schema: string): string =>
  postgres
    .server()
    .psql(`SELECT string_agg(number || ' ' || name, ', ' ORDER BY number) FROM ${schema}.parley_migrations`)

/** Bounded: 20 s. */
const until = (isSo: () => boolean) =>
  Effect.suspend(() => (isSo() ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 400 }),
  )

const isInside = (statement: string) =>
  until(() => {
    const found = `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '${statement}%' AND pid <> pg_backend_pid()`
    return Number(postgres.server().psql(found)) > 0
  })

describe.runIf(postgres.present)("Postgres migrations", () => {
  it.live("are taken once each by many nodes that start at the same time", () =>
    Effect.gen(function* () {
      const { node, schema } = nodesOf()
      const all = set(one, two, ["SELECT pg_sleep(0.05)"], ["INSERT INTO b VALUES (1)"])
      yield* Effect.all(
        Array.from({ length: 4 }, () => node(({ migrate }) => migrate(all))),
        { concurrency: "unbounded" },
      )
      expect(stepsOf(schema)).toBe("1 step 1, 2 step 2, 3 step 3, 4 step 4")
      expect(postgres.server().psql(`SELECT count(*) FROM ${schema}.b`)).toBe("1")
      yield* node(({ migrate }) => migrate(all))
    }),
  )
  it.live("go on from where the schema is, while another node reads and writes", () =>
    Effect.gen(function* () {
      const { node, schema } = nodesOf()
      yield* node(({ sql, ask, migrate }) =>
        Effect.gen(function* () {
          yield* migrate(set(one))
          let written = 0
          const write = Effect.tap(ask(sql`INSERT INTO a (n) VALUES (1)`), () => Effect.sync(() => written++))
          const writing = yield* Effect.forkChild(Effect.forever(write))
          yield* until(() => written > 10)
          yield* node((other) => other.migrate(set(one, two)))
          const before = written
          yield* until(() => written > before + 10)
          yield* Fiber.interrupt(writing)
        }),
      )
      expect(stepsOf(schema)).toBe("1 step 1, 2 step 2")
    }),
  )
  it.live(
    "do not hold up others behind a table that somebody keeps locked, and are taken when he is gone",
    () =>
      Effect.gen(function* () {
        const { node, schema } = nodesOf()
        yield* node(({ sql, ask, transaction, migrate }) =>
          Effect.gen(function* () {
            yield* migrate(set(one))
            const holding = yield* Effect.forkChild(
              transaction(Effect.andThen(sql`INSERT INTO a VALUES (1)`, Effect.never)),
            )
            const migrating = yield* Effect.forkChild(node((other) => other.migrate(set(one, two))))
            yield* isInside("ALTER TABLE")
            // Waits behind the step that waits, until that gives up.
            yield* ask(sql`SELECT n FROM a`)
            yield* Fiber.interrupt(holding)
            yield* Fiber.join(migrating)
          }),
        )
        expect(stepsOf(schema)).toBe("1 step 1, 2 step 2")
      }),
  )
  it.live("leave nothing of a step in whose middle the server was killed, and take it again", () =>
    Effect.gen(function* () {
      const { node, schema } = nodesOf()
      yield* node(({ migrate }) => migrate(set(one)))
      const slow = set(one, [...two, "SELECT pg_sleep(60)"])
      const migrating = yield* Effect.forkChild(Effect.flip(node(({ migrate }) => migrate(slow))))
      yield* isInside("SELECT pg_sleep(60)")
      yield* Effect.promise(postgres.server().kill)
      expect(yield* Fiber.join(migrating)).toMatchObject({ _tag: "PostgresUnavailable" })
      yield* Effect.promise(() => postgres.server().start())
      expect(stepsOf(schema)).toBe("1 step 1")
      yield* node(({ migrate }) => migrate(set(one, two)))
      expect(stepsOf(schema)).toBe("1 step 1, 2 step 2")
    }),
  )
  it.live("are refused where the schema is newer, or another program's, and change nothing", () =>
    Effect.gen(function* () {
      const { node, schema } = nodesOf()
      yield* node(({ migrate }) => migrate(set(one, two)))
      const newer = yield* Effect.flip(node(({ migrate }) => migrate(set(one))))
      expect(newer).toMatchObject({ _tag: "PostgresRefused", reason: "newer_schema" })
      const foreign: MigrationSet = {
        name: "test",
        migrations: [{ number: 1, name: "else", statements: one }],
      }
      const other = yield* Effect.flip(node(({ migrate }) => migrate(foreign)))
      expect(other).toMatchObject({ _tag: "PostgresRefused", reason: "foreign_schema" })
      expect(stepsOf(schema)).toBe("1 step 1, 2 step 2")
      yield* node(({ migrate }) => migrate({ ...foreign, name: "another set", migrations: [] }))
    }),
  )
  it.live("want the right to make a schema only where there is none", () =>
    Effect.gen(function* () {
      const server = postgres.server()
      server.psql("CREATE ROLE bob LOGIN PASSWORD 'x'")
      const options = postgres.options({ url: Redacted.make(server.urlOf("bob", "x")) })
      const migrate = Effect.provide(
        Effect.flatMap(Effect.service(Postgres), (database) => database.migrate(set(one))),
        layer(options),
      )
      expect(yield* Effect.flip(migrate)).toMatchObject({ _tag: "PostgresRefused", reason: "permission" })
      server.psql(`CREATE SCHEMA ${options.schema} AUTHORIZATION bob`)
      yield* migrate
      expect(stepsOf(options.schema!)).toBe("1 step 1")
    }),
  )
})
