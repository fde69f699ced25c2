/** EventStoreDB's adapter while its server is killed, frozen and restarted. */
import { type Appended, EventStore, type FromAll, type NewEvent } from "@parley/runtime/EventStore"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { anEvent, events, ids, readForward, readLog } from "../src/contracts/eventStore/given.ts"
import { freshLogAt } from "../src/contracts/eventStore/onEventStoreDb.ts"
import { connectionString, startEventStoreServer } from "../src/startEventStoreServer.ts"

const serverProcess = Effect.acquireRelease(
  Effect.promise(() => startEventStoreServer()),
  (server) => Effect.promise(() => server.stop()),
)

const aWhile = Schedule.spaced("100 millis").pipe(Schedule.upTo({ duration: "60 seconds" }))

/** As an entity does: the same ids at the same revision until the outcome is known. `unknown` is told of every one that was not. */
const appendAtLast = Effect.fnUntraced(function* (
  stream: string,
  revision: number,
  appended: ReadonlyArray<NewEvent>,
  unknown: () => void,
): Effect.fn.Return<Appended, unknown, EventStore> {
  const store = yield* EventStore
  return yield* store
    .append({ stream, expected: revision < 0 ? "no_stream" : revision, events: appended })
    .pipe(
      Effect.tapError((failure) => Effect.sync(() => failure._tag === "StoreUnavailable" && unknown())),
      Effect.retry({ while: (failure) => failure._tag === "StoreUnavailable", schedule: aWhile }),
    )
})

const idsOf = (items: ReadonlyArray<FromAll>): ReadonlyArray<string> =>
  items.flatMap((item) => (item._tag === "Event" ? [item.event.id] : []))

/** All events of the streams `s-…` until `count` have come. */
const collectAll = (count: number) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    let seen = 0
    return yield* store.subscribeAll({ after: -1, prefixes: ["s-"] }).pipe(
      Stream.takeUntil((item) => item._tag === "Event" && ++seen === count),
      Stream.runCollect,
    )
  })

describe("EventStoreDB's adapter", () => {
  it.live(
    "appends in flight at a kill -9, sent again, stand exactly once, and subscriptions go on without loss or doubling",
    () =>
      Effect.gen(function* () {
        const server = yield* serverProcess
        const [streams, each] = [8, 30]
        yield* Effect.gen(function* () {
          const store = yield* EventStore
          const all = yield* Effect.forkScoped(collectAll(streams * each))
          const one = yield* store
            .subscribeStream("s-0", -1)
            .pipe(Stream.take(each), Stream.runCollect, Effect.forkScoped)
          const told: Array<number> = []
          yield* store.onCommitted((position) => told.push(position))
          let [unknown, done] = [0, 0]
          const killing = Effect.gen(function* () {
            yield* Effect.repeat(
              Effect.sync(() => done),
              { until: (n) => n >= 100, schedule: Schedule.spaced("5 millis") },
            )
            yield* Effect.promise(() => server.kill9())
            yield* Effect.promise(() => server.restart())
          })
          const appending = Effect.forEach(
            Array.from({ length: streams }, (_, n) => `s-${n}`),
            (stream) =>
              Effect.gen(function* () {
                const sent: Array<string> = []
                for (let n = 0; n < each; n++) {
                  const event = anEvent(n)
                  const appended = yield* appendAtLast(stream, n - 1, [event], () => unknown++)
                  expect(appended.revision).toBe(n)
                  sent.push(event.id)
                  done++
                }
                expect(ids(yield* readForward(stream))).toEqual(sent)
              }),
            { concurrency: "unbounded", discard: true },
          )
          yield* Effect.all([killing, appending], { concurrency: "unbounded" })
          expect(unknown).toBeGreaterThan(0)
          expect(idsOf(yield* Fiber.join(all))).toEqual(ids(yield* readLog(["s-"])))
          expect(ids(yield* Fiber.join(one))).toEqual(ids(yield* readForward("s-0")))
          expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b))
          expect(told.at(-1)).toBe(yield* store.headPosition)
          // A server that stays away ends a subscription, once its patience has ended.
          const impatient = yield* Layer.build(
            freshLogAt(() => connectionString(server.endpoint), { patienceOfSubscriptions: "300 millis" }),
          )
          yield* Effect.promise(() => server.kill9())
          const lost = Context.get(impatient, EventStore).subscribeAll({ after: -1, prefixes: [] })
          expect(yield* Effect.flip(Stream.runDrain(lost))).toMatchObject({ _tag: "StoreUnavailable" })
        }).pipe(Effect.provide(freshLogAt(() => connectionString(server.endpoint))))
      }),
  )

  it.live("a frozen server is unavailable after five seconds, and everything goes on once it is back", () =>
    Effect.gen(function* () {
      const server = yield* serverProcess
      yield* Effect.gen(function* () {
        const store = yield* EventStore
        const [first, second] = [events(2), events(2)]
        yield* store.append({ stream: "s-1", expected: "no_stream", events: first })
        const all = yield* Effect.forkScoped(collectAll(5))
        const freeze = Effect.sync(() => process.kill(server.pid, "SIGSTOP"))
        const thaw = Effect.sync(() => process.kill(server.pid, "SIGCONT"))
        const calls: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string }>> = [
          store.append({ stream: "s-1", expected: 1, events: second }),
          store.readStream("s-1", { direction: "forward", limit: 1 }),
          store.readAll({ direction: "forward", limit: 1 }),
          store.head("s-1"),
          store.headPosition,
          store.getMetadata("s-1"),
          store.setMetadata("s-2", { maxCount: 1 }),
          store.softDelete("s-2", 0),
          store.lookupKeys("s-1", [{ sender: "ann", clientMsgId: "1" }]),
        ]
        const outcomes = yield* Effect.acquireUseRelease(
          freeze,
          () =>
            Effect.forEach(calls, (call) => Effect.timed(Effect.flip(call)), { concurrency: "unbounded" }),
          () => thaw,
        )
        for (const [took, failure] of outcomes) {
          expect(failure._tag).toBe("StoreUnavailable")
          expect(Duration.toMillis(took)).toBeGreaterThan(4_900)
          expect(Duration.toMillis(took)).toBeLessThan(15_000)
        }
        expect(yield* appendAtLast("s-1", 1, second, () => undefined)).toMatchObject({ revision: 3 })
        yield* appendAtLast("s-1", 3, events(1), () => undefined)
        const standing = ids(yield* readForward("s-1"))
        expect(standing.slice(0, 4)).toEqual(ids([...first, ...second]))
        expect(standing).toHaveLength(5)
        expect(idsOf(yield* Fiber.join(all))).toEqual(standing)
      }).pipe(Effect.provide(freshLogAt(() => connectionString(server.endpoint))))
    }),
  )
})
