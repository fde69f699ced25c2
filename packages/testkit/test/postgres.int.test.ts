import { Postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

describe.runIf(postgres.present)("Postgres", () => {
  it.live("answers in its schema", () =>
    Effect.gen(function* () {
      const { sql, ask, migrate, transaction } = yield* Postgres
      yield* migrate({
        name: "x",
        migrations: [{ number: 1, name: "one", statements: ["CREATE TABLE a (n bigint, m bigint[])"] }],
      })
      yield* ask(sql`INSERT INTO a VALUES (${5}, ${[5n, 6n]}), (${2 ** 50}, NULL)`)
      expect(yield* ask(sql`SELECT n, m FROM a ORDER BY n`)).toEqual([
        { n: 5, m: [5, 6] },
        { n: 2 ** 50, m: null },
      ])
      const error = yield* Effect.flip(
        transaction(Effect.andThen(sql`INSERT INTO a VALUES (7)`, Effect.fail("no" as const))),
      )
      expect(error).toBe("no")
      expect(yield* ask(sql`SELECT count(*) AS n FROM a`)).toEqual([{ n: 2 }])
    }).pipe(Effect.provide(postgres.fresh)),
  )
})
