import { layer, Postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const table = {
  name: "test",
  migrations: [{ number: 1, name: "one", statements: ["CREATE TABLE a (n bigint)"] }],
}

/** Bounded: 30 s. */
const inTheEnd = Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 300 })

describe.runIf(postgres.present)("Postgres that dies or hangs", () => {
  it.live("is used again after kill -9 and a restart, with everything that was acknowledged", () =>
    Effect.gen(function* () {
      const { sql, ask, migrate, transaction } = yield* Postgres
      yield* migrate(table)
      const acknowledged: Array<number> = []
      const failures: Array<string> = []
      let next = 0
      const write = Effect.suspend(() => {
        const n = next++
        return transaction(sql`INSERT INTO a VALUES (${n})`).pipe(
          Effect.map(() => void acknowledged.push(n)),
          Effect.catch((error) => Effect.sync(() => void failures.push(error._tag))),
          Effect.delay("2 millis"),
        )
      })
      const writers = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 6 }, () => Effect.forever(write)),
          { concurrency: "unbounded" },
        ),
      )
      const more = Effect.suspend(() => {
        const before = acknowledged.length
        return inTheEnd(
          Effect.suspend(() => (acknowledged.length > before + 50 ? Effect.void : Effect.fail("waiting"))),
        )
      })
      yield* more
      yield* Effect.promise(postgres.server().kill)
      yield* inTheEnd(Effect.suspend(() => (failures.length > 0 ? Effect.void : Effect.fail("waiting"))))
      yield* Effect.promise(() => postgres.server().start())
      yield* more
      yield* Fiber.interrupt(writers)
      const rows = yield* ask(sql<{ n: number }>`SELECT n FROM a`)
      const kept = new Set(rows.map((row) => row.n))
      expect(acknowledged.filter((n) => !kept.has(n))).toEqual([])
      expect(kept.size).toBe(rows.length)
      expect(new Set(failures)).toEqual(new Set(["PostgresUnavailable"]))
    }).pipe(Effect.provide(postgres.fresh)),
  )
  it.live("answers in time while the server hangs, and goes on when it wakes up", () =>
    Effect.gen(function* () {
      const { sql, ask, transaction } = yield* Postgres
      yield* ask(sql`SELECT 1`)
      postgres.server().freeze()
      const began = performance.now()
      const asked = [ask(sql`SELECT 1`), transaction(sql`SELECT 1`), ask(sql`SELECT 1`)]
      const errors = yield* Effect.forEach(asked, Effect.flip, { concurrency: "unbounded" }).pipe(
        Effect.ensuring(Effect.sync(() => postgres.server().thaw())),
      )
      expect(errors.map((error) => error._tag)).toEqual(asked.map(() => "PostgresUnavailable"))
      expect(performance.now() - began).toBeLessThan(4_000)
      yield* inTheEnd(ask(sql`SELECT 1`))
    }).pipe(
      Effect.provide(Layer.unwrap(Effect.sync(() => layer(postgres.options({ answerTimeout: "1 second" }))))),
    ),
  )
})
