import { migrations, tablesOf } from "@parley/projections/postgres/generations"
import { postgresModelNamed } from "@parley/projections/postgres/postgresModelNamed"
import type { Run } from "@parley/projections/postgres/PostgresModel"
import { postgresOfFile } from "@parley/testkit/postgresOfFile"
import { Postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ArrayLog } from "../../packages/projections/test/ArrayLog.ts"
import { created, said } from "../../packages/projections/test/given.ts"
import { conversationId } from "../../packages/projections/test/histories.ts"
import { catchUp, open, type Question } from "./following.ts"

const server = postgresOfFile()

const ids = Array.from({ length: 12 }, (_, n) => conversationId(n))
const id = ids[3]!

const talk = (): ArrayLog => {
  const log = new ArrayLog()
  for (const one of ids) log.say(one, created("ann", "bob"))
  for (let n = 1; n <= 3_000; n++) log.say(ids[n % ids.length]!, said(n % 3 === 0 ? "bob" : "ann", n))
  return log
}

const root = `msg_${"0".repeat(26)}`
const questions: ReadonlyArray<Question> = [
  ["page", [id, "ann", { _tag: "Around", around: 100, limit: 5 }]],
  ["thread", [id, "ann", root, { _tag: "Before", limit: 5 }]],
  ["markers", ["ann", [[id, 100]]]],
  ["covered", [[{ conversation: id, after: 50, upTo: 120 }]]],
  ["byActivity", ["ann", { asOf: 4_000, limit: 5 }]],
]

/** Lines that touch messages and that were carried out. */
const lookedAt = (plan: ReadonlyArray<string>): ReadonlyArray<string> =>
  plan.filter((line) => /Scan.* history_\d+_messages_\d+/.test(line) && !line.includes("never executed"))

const partOf = (line: string): string => /messages_\d+ /.exec(line)![0]

describe.runIf(server.present)("plans in Postgres", () => {
  it.live("messages are found by an index, in the part of their conversation alone", () =>
    Effect.gen(function* () {
      const postgres = yield* Postgres
      yield* postgres.migrate(migrations)
      const log = talk()
      const { generation } = yield* catchUp("history", log, yield* open("history", log))
      const run = tablesOf(postgres.sql, postgresModelNamed.history, generation)
      yield* postgres.ask(run("ANALYZE"))
      for (const [method, args] of questions) {
        const plan: Array<string> = []
        const explain: Run = (statement, ...parameters) =>
          Effect.map(
            run<{ readonly "QUERY PLAN": string }>(
              `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${statement}`,
              ...parameters,
            ),
            (lines) => {
              plan.push(...lines.map((line) => line["QUERY PLAN"]))
              return []
            },
          )
        yield* postgres.ask(postgresModelNamed.history.query(explain, method, args))
        expect(plan.length, method).toBeGreaterThan(5)
        const looks = lookedAt(plan)
        expect(
          looks.filter((line) => line.includes("Seq Scan")),
          method,
        ).toEqual([])
        if (method !== "byActivity") expect(new Set(looks.map(partOf)).size, method).toBeLessThanOrEqual(1)
      }
    }).pipe(Effect.provide(server.fresh)),
  )
})
