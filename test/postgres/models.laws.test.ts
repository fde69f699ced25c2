import { encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import type { ModelName } from "@parley/projections/modelNamed"
import { migrations } from "@parley/projections/postgres/generations"
import { postgresOfFile } from "@parley/testkit/postgresOfFile"
import { Postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { ArrayLog } from "../../packages/projections/test/ArrayLog.ts"
import { logs } from "../../packages/projections/test/histories.ts"
import { answersOf, catchUp, expectedOf, open, questionsOf } from "./following.ts"

const server = postgresOfFile()
/** Shrinking would outlast the test. */
const runs = { numRuns: 12, endOnFailure: true }

/** Grows by these sizes, and at last to its end. */
const growing = (log: ArrayLog, sizes: ReadonlyArray<number>): ReadonlyArray<ArrayLog> => {
  let count = 0
  return [...sizes, log.events.length].map((size) => log.upTo((count += size)))
}

/** For every log: the model in Postgres, fed in batches that end anywhere, against the model in SQLite, built at once. */
const law = (model: ModelName, histories: fc.Arbitrary<ArrayLog>) =>
  Effect.gen(function* () {
    const postgres = yield* Postgres
    yield* postgres.migrate(migrations)
    const context = yield* Effect.context<Postgres>()
    let epochs = 0
    const check = Effect.fnUntraced(function* (log: ArrayLog, sizes: ReadonlyArray<number>) {
      log.currentEpoch = `epoch-${epochs++}`
      const grown = growing(log, sizes)
      let place = yield* open(model, grown[0]!)
      for (const part of grown) place = yield* catchUp(model, part, place)
      const questions = questionsOf[model](log)
      expect(yield* answersOf(model, place, questions)).toEqual(expectedOf(model, log, questions))
    })
    yield* Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(histories, fc.array(fc.nat({ max: 25 }), { maxLength: 4 }), (log, sizes) =>
          Effect.runPromiseWith(context)(check(log, sizes)),
        ),
        runs,
      ),
    )
  }).pipe(Effect.provide(server.fresh))

const played = logs.map(({ log }) => log)

const sealed = (text: string) => ({ name: { owner: "x", box: text }, name_mac: text })

/** What people show of themselves, and what they revoke and block. */
const shown = fc
  .array(
    fc.tuple(
      fc.constantFrom("ann", "bob", "cid"),
      fc.constantFrom<UserEvent>(
        { _tag: "UserRenamed", ts: 1, user_id: "x", ...sealed("Ann") },
        { _tag: "ProfileChanged", ts: 1, ...sealed("Bob") },
        { _tag: "ProfileChanged", ts: 1, avatar_media_id: "med_1" },
        { _tag: "ProfileChanged", ts: 1, avatar_media_id: null },
        { _tag: "DeviceRevoked", ts: 1, device_id: "phone" },
      ),
    ),
    { maxLength: 40 },
  )
  .map((facts) => {
    const log = new ArrayLog()
    const seen = new Set<string>()
    const put = (user: string, event: UserEvent): void =>
      void log.put(`user-${user}`, encodeUserEvent(event, { actor: user, correlation: "test" }))
    for (const [user, event] of facts) {
      if (!seen.has(user)) put(user, { _tag: "UserRegistered", ts: 1, user_id: user })
      seen.add(user)
      put(user, event)
    }
    return log
  })

describe.runIf(server.present)("read models in Postgres", () => {
  it.live.each([
    ["history", played],
    ["membership", played],
    ["receipts", played],
    ["directory", shown],
  ] as const)(
    "the %s model answers every query as the one in SQLite does, wherever the batches end",
    ([model, histories]) => law(model, histories),
  )
})
