import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import * as postgresLayer from "@parley/runtime/postgres/Postgres"
import { type Snapshot, SnapshotStore } from "@parley/runtime/SnapshotStore"
import { layer } from "@parley/runtime/snapshot/SnapshotStorePostgres"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const snapshot = (stream: string, revision: number, version = 1): Snapshot => ({
  stream,
  revision,
  version,
  state: JSON.stringify({ at: revision, text: "\0 会议" }),
})

/** Nodes on one database. Those of one log are of one epoch; `Layer.fresh` opens another log. */
const nodes = Effect.sync(() => {
  const options = postgres.options({ answerTimeout: "2 seconds" })
  const database = Layer.fresh(postgresLayer.layer(options))
  const node = Effect.map(Layer.build(Layer.provide(layer, [database, Layer.fresh(eventStore)])), (context) =>
    Context.get(context, SnapshotStore),
  )
  return { schema: options.schema!, node }
})

/** Bounded: 10 s. */
const loaded = (store: SnapshotStore["Service"], wanted: Snapshot) =>
  Effect.flatMap(store.load(wanted.stream, wanted.version), (found) =>
    found?.revision === wanted.revision ? Effect.succeed(found) : Effect.fail("not yet"),
  ).pipe(Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 500 }))

describe.runIf(postgres.present)("snapshots on Postgres", () => {
  it.live(
    "are found as they were saved, by stream and version, the latest of each; one that comes late stays behind",
    () =>
      Effect.gen(function* () {
        const { node } = yield* nodes
        const store = yield* node
        expect(yield* store.load("a", 1)).toBeUndefined()
        for (let revision = 0; revision < 500; revision++) store.save(snapshot(`s-${revision % 3}`, revision))
        store.save(snapshot("a", 7))
        store.save(snapshot("a", 5))
        expect(yield* loaded(store, snapshot("a", 7))).toEqual(snapshot("a", 7))
        yield* loaded(store, snapshot("s-1", 499))
        store.save(snapshot("a", 6))
        store.save(snapshot("marker", 1))
        yield* loaded(store, snapshot("marker", 1))
        expect((yield* store.load("a", 1))?.revision).toBe(7)
        expect(yield* store.load("a", 2)).toBeUndefined()
        store.save(snapshot("a", 3, 2))
        yield* loaded(store, snapshot("a", 3, 2))
        expect(yield* store.load("a", 1)).toBeUndefined()
      }).pipe(Effect.scoped),
  )
  it.live("of another epoch are not found, and make way", () =>
    Effect.gen(function* () {
      const { node, schema } = yield* nodes
      const before = yield* node
      before.save(snapshot("a", 7))
      before.save(snapshot("b", 7))
      yield* loaded(before, snapshot("b", 7))
      const after = yield* node
      expect(yield* after.load("a", 1)).toBeUndefined()
      after.save(snapshot("a", 2))
      yield* loaded(after, snapshot("a", 2))
      expect(postgres.server().psql(`SELECT string_agg(stream, ',') FROM ${schema}.snapshots`)).toBe("a")
    }).pipe(Effect.scoped),
  )
  it.live("are none while the database hangs, and come again when it answers", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const store = yield* node
      store.save(snapshot("a", 1))
      yield* loaded(store, snapshot("a", 1))
      postgres.server().freeze()
      yield* Effect.ensuring(
        Effect.gen(function* () {
          for (let revision = 0; revision < 3_000; revision++) store.save(snapshot(`s-${revision}`, revision))
          expect(yield* store.load("a", 1)).toBeUndefined()
        }),
        Effect.sync(() => postgres.server().thaw()),
      )
      const again = Effect.andThen(
        Effect.sync(() => store.save(snapshot("a", 2))),
        Effect.flatMap(store.load("a", 1), (found) =>
          found?.revision === 2 ? Effect.void : Effect.fail("not yet"),
        ),
      )
      yield* Effect.retry(again, { schedule: Schedule.spaced("50 millis"), times: 400 })
    }).pipe(Effect.scoped),
  )
})
