import { inspect } from "node:util"
import { layer, Postgres } from "@parley/runtime/postgres/Postgres"
import type { PostgresOptions } from "@parley/runtime/postgres/connection"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const table = {
  name: "test",
  migrations: [{ number: 1, name: "one", statements: ["CREATE TABLE a (n bigint)"] }],
}

const withDatabase = <A, E>(
  use: (database: Postgres["Service"]) => Effect.Effect<A, E>,
  options: Partial<PostgresOptions> = {},
) => Effect.provide(Effect.flatMap(Effect.service(Postgres), use), layer(postgres.options(options)))

/** Opening must fail; the failure, and whatever it carries, as a log would print it. */
const refusal = (options: Partial<PostgresOptions>) =>
  Effect.map(Effect.exit(withDatabase(() => Effect.void, { patienceAtStart: 0, ...options })), (exit) => {
    if (Exit.isSuccess(exit)) throw new Error("The database opened")
    return {
      error: Cause.squash(exit.cause),
      printed: inspect(exit.cause, { depth: 20 }) + Cause.pretty(exit.cause),
    }
  })

const as = (user: string, password: string) => ({
  url: Redacted.make(postgres.server().urlOf(user, password)),
})

/** Bounded: 15 s. */
const inTheEnd = Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 150 })

describe.runIf(postgres.present)("Postgres", () => {
  it.live(
    "keeps what it took, numbers beyond four bytes too, and takes nothing of a transaction that failed",
    () =>
      withDatabase(
        Effect.fnUntraced(function* ({ sql, ask, migrate, transaction }) {
          yield* migrate(table)
          yield* ask(sql`INSERT INTO a SELECT unnest(${[5n, BigInt(2 ** 50)]})`)
          const failing = Effect.andThen(sql`INSERT INTO a VALUES (${7})`, Effect.fail("no" as const))
          expect(yield* Effect.flip(transaction(failing))).toBe("no")
          expect(yield* ask(sql`SELECT n FROM a ORDER BY n`)).toEqual([{ n: 5 }, { n: 2 ** 50 }])
          expect(yield* ask(sql`SELECT array_agg(n ORDER BY n) AS all FROM a`)).toEqual([
            { all: [5, 2 ** 50] },
          ])
        }),
      ),
  )
  it.live("a session that is closed under a question leaves whoever asked: it can be asked again", () =>
    withDatabase(
      Effect.fnUntraced(function* ({ ask }) {
        expect(yield* Effect.flip(ask(Effect.interrupt))).toMatchObject({ _tag: "PostgresUnavailable" })
      }),
    ),
  )
  it.live("never has more sessions than it may, however many ask at once", () =>
    withDatabase(
      Effect.fnUntraced(function* ({ sql, ask }) {
        const asked = Array.from({ length: 40 }, () => ask(sql`SELECT pg_sleep(0.01)`))
        yield* Effect.all(asked, { concurrency: "unbounded", discard: true })
        const used = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(0.01)%'"
        expect(postgres.server().psql(`${used} AND pid <> pg_backend_pid()`)).toBe("3")
      }),
      { maxConnections: 3 },
    ),
  )
  it.live("answers in time that there is no session free, and serves again once there is one", () =>
    withDatabase(
      Effect.fnUntraced(function* ({ sql, ask, transaction }) {
        const held = yield* Effect.forkChild(transaction(Effect.never), { startImmediately: true })
        expect(yield* Effect.flip(ask(sql`SELECT 1`))).toMatchObject({ _tag: "PostgresUnavailable" })
        expect(yield* Effect.flip(Fiber.join(held))).toMatchObject({ _tag: "PostgresUnavailable" })
        yield* inTheEnd(ask(sql`SELECT 1`))
      }),
      { maxConnections: 1, answerTimeout: "300 millis" },
    ),
  )
  it.live("gives up a statement that the server takes too long for", () =>
    withDatabase(
      ({ sql, ask }) =>
        Effect.map(Effect.flip(ask(sql`SELECT pg_sleep(20)`)), (error) =>
          expect(error).toMatchObject({
            _tag: "PostgresUnavailable",
            reason: expect.stringContaining("57014"),
          }),
        ),
      { statementTimeout: "100 millis" },
    ),
  )
  it.live("says that the credentials are wrong, or that the URL cannot be read, without showing either", () =>
    Effect.gen(function* () {
      const password = "p4ssw0rd-of-ann"
      postgres.server().psql("CREATE ROLE ann LOGIN PASSWORD 'another'")
      const wrong = yield* refusal(as("ann", password))
      expect(wrong.error).toMatchObject({ _tag: "PostgresRefused", reason: "credentials" })
      const unreadable = [
        "postgres://ann:PW@[bad/",
        "http://ann:PW@localhost/x",
        "PW",
        "postgres://ann:PW@localhost:99999/x",
      ]
      const printed = [wrong.printed]
      for (const url of unreadable) {
        const { error, printed: text } = yield* refusal({ url: Redacted.make(url.replace("PW", password)) })
        expect(error).toMatchObject({ _tag: "PostgresRefused", reason: "bad_options" })
        printed.push(text)
      }
      const nobody = yield* refusal({ url: Redacted.make(`postgres://ann:${password}@127.0.0.1:1/x`) })
      expect(nobody.error).toMatchObject({ _tag: "PostgresUnavailable" })
      expect([...printed, nobody.printed].join("\n")).not.toContain(password)
    }),
  )
  it.live("shows no parameter when a statement is not taken", () =>
    withDatabase(
      Effect.fnUntraced(function* ({ sql, ask, migrate }) {
        yield* migrate(table)
        const exit = yield* Effect.exit(ask(sql`INSERT INTO a VALUES (${"a letter to somebody"})`))
        expect(Exit.isFailure(exit) && Cause.hasDies(exit.cause)).toBe(true)
        expect(inspect(exit, { depth: 20 })).not.toContain("a letter")
      }),
    ),
  )
  it.live(
    "refuses a server that may forget what it acknowledged, and pins for its sessions what it saw",
    () =>
      Effect.gen(function* () {
        const server = postgres.server()
        server.psql("CREATE ROLE forgetful LOGIN SUPERUSER PASSWORD 'x'")
        server.psql("ALTER ROLE forgetful SET synchronous_commit = off")
        const notDurable = { _tag: "PostgresRefused", reason: "not_durable" }
        expect((yield* refusal(as("forgetful", "x"))).error).toMatchObject(notDurable)
        yield* withDatabase(({ sql, ask }) =>
          Effect.gen(function* () {
            const seen = ask(sql`SHOW synchronous_commit`)
            expect(yield* seen).toEqual([{ synchronous_commit: "on" }])
            server.psql("ALTER SYSTEM SET synchronous_commit = off")
            server.psql("SELECT pg_reload_conf()")
            expect(yield* seen).toEqual([{ synchronous_commit: "on" }])
            server.psql("ALTER SYSTEM RESET synchronous_commit")
          }),
        )
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("SELECT pg_reload_conf()")
        expect((yield* refusal({})).error).toMatchObject({ ...notDurable, detail: "fsync is off" })
        server.psql("ALTER SYSTEM RESET fsync")
        server.psql("SELECT pg_reload_conf()")
        yield* withDatabase(() => Effect.void)
      }),
  )
  it.live(
    "refuses TLS that the server does not have when the URL asks for it, and a parameter of TLS that it does not know",
    () =>
      Effect.gen(function* () {
        const { url } = postgres.server()
        const required = yield* refusal({ url: Redacted.make(`${url}&sslmode=require`) })
        expect(required.error).toMatchObject({ _tag: "PostgresRefused", reason: "tls" })
        for (const more of ["sslcert=x", "sslrootcert=/nowhere&sslmode=require", "sslrootcert=/etc/hosts"])
          expect((yield* refusal({ url: Redacted.make(`${url}&${more}`) })).error).toMatchObject({
            reason: "bad_options",
          })
        yield* withDatabase(() => Effect.void, { url: Redacted.make(`${url}&sslmode=prefer`) })
      }),
  )
  it.live("fails a transaction whose session is ended, and serves again at the next question", () =>
    withDatabase(
      Effect.fnUntraced(function* ({ sql, ask, migrate, transaction }) {
        yield* migrate(table)
        const ended = transaction(
          Effect.gen(function* () {
            yield* sql`INSERT INTO a VALUES (1)`
            const [row] = yield* sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`
            postgres.server().psql(`SELECT pg_terminate_backend(${row!.pid})`)
            yield* sql`INSERT INTO a VALUES (2)`
          }),
        )
        expect(yield* Effect.flip(ended)).toMatchObject({ _tag: "PostgresUnavailable" })
        expect(yield* ask(sql`SELECT n FROM a`)).toEqual([])
      }),
    ),
  )
  it.live(
    "says what is wrong with a server: another encoding, no such database, one that takes no writes",
    () =>
      Effect.gen(function* () {
        const server = postgres.server()
        server.psql(
          "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
        )
        server.psql("CREATE ROLE reader LOGIN PASSWORD 'x'")
        server.psql("ALTER ROLE reader SET default_transaction_read_only = on")
        const database = (name: string) => ({
          url: Redacted.make(server.url.replace("/postgres?", `/${name}?`)),
        })
        expect((yield* refusal(database("ascii"))).error).toMatchObject({ reason: "encoding" })
        expect((yield* refusal(database("nowhere"))).error).toMatchObject({ reason: "no_database" })
        expect((yield* refusal({ schema: "Not-Plain" })).error).toMatchObject({ reason: "bad_options" })
        expect((yield* refusal(as("reader", "x"))).error).toMatchObject({ _tag: "PostgresUnavailable" })
      }),
  )
})
