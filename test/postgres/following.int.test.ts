import type { ModelName } from "@parley/projections/modelNamed"
import { dropRetired, migrations } from "@parley/projections/postgres/generations"
import { postgresModelNamed } from "@parley/projections/postgres/postgresModelNamed"
import { postgresOfFile } from "@parley/testkit/postgresOfFile"
import { Postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ArrayLog } from "../../packages/projections/test/ArrayLog.ts"
import { created, id, poison, said } from "../../packages/projections/test/given.ts"
import { answersOf, catchUp, expectedOf, open, questionsOf } from "./following.ts"

const server = postgresOfFile()

const talk = (messages: number): ArrayLog => {
  const log = new ArrayLog().say(id, created("ann", "bob"))
  for (let n = 1; n <= messages; n++) log.say(id, said(n % 3 === 0 ? "bob" : "ann", n))
  return log
}

/** Follows to the log's end, and opens again whenever it has to step down. How often it had to. */
const persistently = Effect.fnUntraced(function* (name: ModelName, log: ArrayLog) {
  let stepsDown = 0
  for (;;) {
    const place = yield* open(name, log)
    const end = yield* Effect.result(catchUp(name, log, place))
    if (end._tag === "Success") return stepsDown
    expect(end.failure).toMatchObject({ _tag: "SteppedDown" })
    stepsDown += 1
  }
})

const inSchema = <A, E>(body: Effect.Effect<A, E, Postgres>) =>
  Effect.gen(function* () {
    yield* (yield* Postgres).migrate(migrations)
    return yield* body
  }).pipe(Effect.provide(server.fresh))

describe.runIf(server.present)("following in Postgres", () => {
  it.live(
    "two followers of one model at once step down before each other, and each event is applied once",
    () =>
      inSchema(
        Effect.gen(function* () {
          const log = talk(1_700)
          const place = yield* open("history", log)
          // Both have read the same batch: one of them comes too late.
          const raced = yield* Effect.all(
            [1, 2, 3].map(() => Effect.result(catchUp("history", log.upTo(400), place))),
            { concurrency: "unbounded" },
          )
          expect(raced.filter(({ _tag }) => _tag === "Success")).toHaveLength(1)
          yield* Effect.all([persistently("history", log), persistently("history", log)], {
            concurrency: "unbounded",
          })
          const end = yield* open("history", log)
          expect(end.position).toBe(log.headPosition())
          const questions = questionsOf.history(log)
          expect(yield* answersOf("history", end, questions)).toEqual(expectedOf("history", log, questions))
        }),
      ),
  )

  it.live(
    "an event that cannot be read stops the follower with its place, and nothing of its batch is kept",
    () =>
      inSchema(
        Effect.gen(function* () {
          const log = talk(3)
          const known = yield* catchUp("history", log, yield* open("history", log))
          log.say(id, said("ann", 4)).put(`conversation-${id}`, poison)
          for (const _ of [1, 2])
            expect(yield* Effect.flip(catchUp("history", log, known))).toMatchObject({
              _tag: "Poisoned",
              reason: expect.stringContaining(`MessageSent at position 10 (conversation-${id}, revision 5)`),
            })
          expect(yield* open("history", log)).toEqual(known)
          const questions = questionsOf.history(log)
          expect(yield* answersOf("history", known, questions)).toEqual(
            expectedOf("history", talk(3), questions),
          )
        }),
      ),
  )

  it.live("tables of another epoch, or from beyond the log's end, are made anew", () =>
    inSchema(
      Effect.gen(function* () {
        yield* catchUp("membership", talk(5), yield* open("membership", talk(5)))
        const shorter = talk(1)
        expect(yield* open("membership", shorter)).toMatchObject({ position: -1, epoch: "epoch-1" })
        const restored = Object.assign(talk(9), { currentEpoch: "epoch-2" })
        yield* catchUp("membership", shorter, yield* open("membership", shorter))
        const place = yield* open("membership", restored)
        expect(place).toMatchObject({ position: -1, epoch: "epoch-2" })
        expect(yield* answersOf("membership", place, [["of", ["ann", -1]]])).toEqual([
          ["of", ["ann", -1], []],
        ])
      }),
    ),
  )

  it.live(
    "a new version is built beside the one before, which nodes of the last release go on with, and an older one goes",
    () =>
      inSchema(
        Effect.gen(function* () {
          const postgres = yield* Postgres
          const versioned = (version: number) => ({ ...postgresModelNamed.membership, version })
          const tables = Effect.map(
            postgres.ask(
              postgres.sql<{ readonly version: number }>`SELECT version FROM models ORDER BY version`,
            ),
            (rows) => rows.map(({ version }) => version),
          )
          const log = talk(1)
          const old = yield* catchUp("membership", log, yield* open("membership", log))
          const next = yield* open("membership", log, versioned(2))
          expect([next.position, next.generation === old.generation]).toEqual([-1, false])
          yield* postgres.transaction(dropRetired(postgres, versioned(2)))
          log.say(id, said("ann", 2))
          expect((yield* catchUp("membership", log, old)).position).toBe(log.headPosition())
          expect(yield* answersOf("membership", old, [["of", ["ann", -1]]])).toMatchObject([
            ["of", ["ann", -1], [{ conversation: id, member: true }]],
          ])
          yield* open("membership", log, versioned(3))
          expect(yield* tables).toEqual([1, 2, 3])
          yield* postgres.transaction(dropRetired(postgres, versioned(3)))
          expect(yield* tables).toEqual([2, 3])
          const left = yield* postgres.ask(
            postgres.sql<{
              readonly name: string
            }>`SELECT tablename AS name FROM pg_tables WHERE tablename LIKE 'membership%' AND schemaname = current_schema()`,
          )
          expect(left.some(({ name }) => name.startsWith(`membership_${old.generation}_`))).toBe(false)
          expect(left).toHaveLength(2)
        }),
      ),
  )
})
