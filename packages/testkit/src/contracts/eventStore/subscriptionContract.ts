/** Subscriptions: everything after a place, once, in order, across the seam between the past and the present. */
import { EventStore, type FromAll, type RecordedEvent } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { anEvent, append, events, ids, type Promised, readForward, readLog } from "./given.ts"

const onlyEvents = (items: ReadonlyArray<FromAll>): ReadonlyArray<RecordedEvent> =>
  items.flatMap((item) => (item._tag === "Event" ? [item.event] : []))

/** The first `count` events, collected in the background; `started` once the first has come. */
const collect = Effect.fnUntraced(function* <E>(stream: Stream.Stream<RecordedEvent, E>, count: number) {
  const started = yield* Deferred.make<void>()
  const fiber = yield* stream.pipe(
    Stream.tap(() => Deferred.succeed(started, undefined)),
    Stream.take(count),
    Stream.runCollect,
    Effect.forkScoped,
  )
  return { started: Deferred.await(started), events: Fiber.join(fiber) }
})

const eventsOf = <E>(stream: Stream.Stream<FromAll, E>): Stream.Stream<RecordedEvent, E> =>
  Stream.flatMap(stream, (item) => Stream.fromIterable(onlyEvents([item])))

export const subscriptionContract = (promise: Promised): void => {
  promise(
    "a subscription to a stream yields what stands after a revision (exclusive), then what comes",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(3))
      const all = yield* collect(store.subscribeStream("a", -1), 6)
      const some = yield* collect(store.subscribeStream("a", 1), 4)
      yield* all.started
      yield* append("b", "no_stream", events(1))
      yield* append("a", 2, events(2))
      yield* append("a", 4, events(1))
      const standing = ids(yield* readForward("a"))
      expect(ids(yield* all.events)).toEqual(standing)
      expect(ids(yield* some.events)).toEqual(standing.slice(2))
    }),
  )
  promise(
    "a subscription to a stream that never was waits for it",
    Effect.gen(function* () {
      const store = yield* EventStore
      const live = yield* collect(store.subscribeStream("later", -1), 2)
      yield* append("other", "no_stream", events(1))
      yield* append("later", "no_stream", events(2))
      expect(ids(yield* live.events)).toEqual(ids(yield* readForward("later")))
    }),
  )
  promise(
    "a subscription to a stream fails when the stream gets its tombstone",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(1))
      const seen = yield* Deferred.make<void>()
      const fiber = yield* store.subscribeStream("a", -1).pipe(
        Stream.tap(() => Deferred.succeed(seen, undefined)),
        Stream.runDrain,
        Effect.flip,
        Effect.forkScoped,
      )
      yield* Deferred.await(seen)
      yield* store.tombstone("a", 0)
      expect(yield* Fiber.join(fiber)).toMatchObject({ _tag: "StreamDeleted", stream: "a" })
    }),
  )
  promise(
    "a subscription to the log yields every event once and in order while appenders are at work",
    Effect.gen(function* () {
      const store = yield* EventStore
      const [before, during] = [20, 400]
      const appendSome = (stream: string, from: number, count: number) =>
        Effect.forEach(
          Array.from({ length: count }, (_, n) => from + n),
          (n) => append(stream, n === 0 ? "no_stream" : n - 1, [anEvent(n)]),
        )
      yield* Effect.forEach(["a", "b"], (stream) => appendSome(stream, 0, before))
      const subscribed = yield* Effect.forEach(Array.from({ length: 4 }), () =>
        collect(
          eventsOf(store.subscribeAll({ after: -1, prefixes: ["a", "b", "c", "d"] })),
          2 * (before + during),
        ),
      )
      yield* Effect.forEach(["a", "b"], (stream) => appendSome(stream, before, during), {
        concurrency: "unbounded",
      })
      const log = ids(yield* readLog(["a", "b"]))
      expect(log).toHaveLength(2 * (before + during))
      for (const one of subscribed) expect(ids(yield* one.events)).toEqual(log)
    }),
  )
  promise(
    "a subscription to the log starts after its position (exclusive) and keeps to its prefixes",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a-1", "no_stream", events(3))
      yield* append("b-1", "no_stream", events(2))
      const log = yield* readLog()
      const after = log[1]!.position
      const all = yield* collect(eventsOf(store.subscribeAll({ after, prefixes: [] })), 6)
      const some = yield* collect(eventsOf(store.subscribeAll({ after, prefixes: ["b-", "c-"] })), 5)
      yield* append("c-1", "no_stream", events(2))
      yield* append("$hidden", "no_stream", events(1))
      yield* append("c-1", 1, events(1))
      const now = yield* readLog()
      expect(ids(yield* all.events)).toEqual(ids(now.slice(2)))
      expect(ids(yield* some.events)).toEqual(ids(now.slice(3)))
    }),
  )
  promise(
    "a subscription that a filter leaves without events still yields checkpoints, up to the log's end",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(3))
      const target = yield* store.headPosition
      const items = yield* store.subscribeAll({ after: -1, prefixes: ["nobody"] }).pipe(
        Stream.takeUntil((item) => item._tag === "Checkpoint" && item.position >= target),
        Stream.runCollect,
      )
      expect(onlyEvents(items)).toEqual([])
      expect(items.at(-1)).toEqual({ _tag: "Checkpoint", position: target })
    }),
  )
  promise(
    "a checkpoint never passes an event that is yet to come",
    Effect.gen(function* () {
      const store = yield* EventStore
      for (let n = 0; n < 5; n++) {
        yield* append(`skipped-${n}`, "no_stream", events(600))
        yield* append(`wanted-${n}`, "no_stream", events(1))
      }
      const items = yield* store.subscribeAll({ after: -1, prefixes: ["wanted-"] }).pipe(
        Stream.takeUntil((item) => item._tag === "Event" && item.event.stream === "wanted-4"),
        Stream.runCollect,
      )
      const places = items.map((item) => (item._tag === "Event" ? item.event.position : item.position))
      expect(places).toEqual(places.toSorted((one, other) => one - other))
      expect(onlyEvents(items).map((event) => event.stream)).toEqual(
        [0, 1, 2, 3, 4].map((n) => `wanted-${n}`),
      )
    }),
  )
  promise(
    "a subscriber that stands still loses nothing and holds up nobody",
    Effect.gen(function* () {
      const store = yield* EventStore
      const go = yield* Deferred.make<void>()
      yield* append("a", "no_stream", events(1))
      const slow = yield* collect(
        Stream.tap(store.subscribeStream("a", -1), () => Deferred.await(go)),
        3_001,
      )
      for (let n = 0; n < 30; n++) yield* append("a", n * 100, events(100))
      yield* Deferred.succeed(go, undefined)
      expect(ids(yield* slow.events)).toEqual(ids(yield* readForward("a")))
    }),
  )
}
