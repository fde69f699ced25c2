import type { MessageKey } from "@parley/runtime/EventStore"
import { type IndexBatch, LogIndex } from "@parley/runtime/LogIndex"
import { layer } from "@parley/runtime/logIndex/LogIndexPostgres"
import * as postgresLayer from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const epoch = "00112233445566778899aabbccddeeff"
const batches = 120

const key = (position: number): MessageKey => ({
  ...{ sender: "ann", clientMsgId: String(position), seq: position, messageId: `msg_${position}` },
  ...{ mac: "mac", ts: position },
})

/** The lines of one position: what both followers read in the log. */
const batchAt = (position: number): IndexBatch => ({
  ...{ epoch, after: position - 1, to: position },
  lines: [
    { stream: "a", keys: [key(position)], marks: [{ seq: position, key: "k", value: String(position) }] },
  ],
})

/** Bounded: 20 s. */
const insist = Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 400 })

/** Applies from wherever the index stands, as a follower does that may have company. */
const follow = Effect.fnUntraced(function* (index: LogIndex["Service"], applied: () => void) {
  while (true) {
    const position = yield* insist(index.position(epoch))
    if (position >= batches - 1) return
    if (yield* Effect.orElseSucceed(index.apply(batchAt(position + 1)), () => false)) applied()
  }
})

describe.runIf(postgres.present)("log index on Postgres", () => {
  it.live(
    "holds every line up to its position, and none beyond, while two followers apply and Postgres is killed",
    () =>
      Effect.gen(function* () {
        const options = postgres.options()
        const node = Effect.map(
          Layer.build(Layer.provide(layer, Layer.fresh(postgresLayer.layer(options)))),
          (context) => Context.get(context, LogIndex),
        )
        const [one, other] = [yield* node, yield* node]
        let applied = 0
        const count = (): void => void applied++
        const killing = Effect.gen(function* () {
          yield* insist(Effect.suspend(() => (applied > batches / 3 ? Effect.void : Effect.fail("not yet"))))
          yield* Effect.promise(postgres.server().kill)
          yield* Effect.promise(() => postgres.server().start())
          const seen = `SELECT (SELECT position FROM ${options.schema}.log_index_place) - max(seq) FROM ${options.schema}.message_keys`
          expect(postgres.server().psql(seen)).toBe("0")
        })
        yield* Effect.all([follow(one, count), follow(other, count), killing], { concurrency: "unbounded" })
        const asked = Array.from({ length: batches }, (_, position) => key(position))
        expect(yield* one.lookupKeys(epoch, "a", asked)).toEqual(asked)
        const marks = yield* other.lookupMarks(
          epoch,
          "a",
          asked.map(({ seq }) => ({ seq, keys: ["k"] })),
        )
        expect(marks.map((mark) => mark.value)).toEqual(asked.map(({ seq }) => String(seq)))
        const lines = postgres.server().psql(`SELECT count(*), max(seq) FROM ${options.schema}.message_keys`)
        expect(lines).toBe(`${batches}|${batches - 1}`)
      }).pipe(Effect.scoped),
  )
})
