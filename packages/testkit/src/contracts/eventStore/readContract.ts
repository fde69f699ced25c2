/** Reads of one stream and of the log: order, edges, limits, what is left out. */
import { EventStore } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { anEvent, append, events, type Promised, readLog, refusal } from "./given.ts"

export const readContract = (promise: Promised): void => {
  promise(
    "a stream is read both ways, from an inclusive revision, up to a limit",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(10))
      const read = Effect.fnUntraced(function* (...args: Parameters<typeof store.readStream>) {
        return (yield* store.readStream(...args)).map((event) => event.revision)
      })
      const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
      expect(yield* read("a", { direction: "forward", limit: 100 })).toEqual(all)
      expect(yield* read("a", { direction: "backward", limit: 100 })).toEqual(all.toReversed())
      expect(yield* read("a", { direction: "backward", from: "end", limit: 2 })).toEqual([9, 8])
      expect(yield* read("a", { direction: "forward", from: 4, limit: 3 })).toEqual([4, 5, 6])
      expect(yield* read("a", { direction: "backward", from: 4, limit: 3 })).toEqual([4, 3, 2])
      expect(yield* read("a", { direction: "backward", from: 99, limit: 1 })).toEqual([9])
      expect(yield* read("a", { direction: "forward", from: 9, limit: 5 })).toEqual([9])
      expect(yield* read("a", { direction: "forward", from: 10, limit: 5 })).toEqual([])
      expect(yield* refusal(store.readStream("b", { direction: "forward", limit: 1 }))).toBe("StreamNotFound")
    }),
  )
  promise(
    "the log is every stream's events in the order of their commits, at rising positions",
    Effect.gen(function* () {
      for (let n = 0; n < 10; n++)
        yield* append(n % 2 === 0 ? "a" : "b", n < 2 ? "no_stream" : Math.floor(n / 2) - 1, [anEvent(n)])
      const log = yield* readLog()
      expect(log.map((event) => JSON.parse(event.data).n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(log.map((event) => event.revision)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
      for (let n = 1; n < log.length; n++) expect(log[n]!.position).toBeGreaterThan(log[n - 1]!.position)
    }),
  )
  promise(
    "the events of one append stand together in the log",
    Effect.gen(function* () {
      yield* Effect.forEach(
        Array.from({ length: 20 }, (_, n) => n),
        (n) => append(`s-${n}`, "no_stream", events(5)),
        { concurrency: "unbounded" },
      )
      const streams = (yield* readLog()).map((event) => event.stream)
      for (let n = 0; n < 100; n += 5) expect(new Set(streams.slice(n, n + 5)).size).toBe(1)
    }),
  )
  promise(
    "the log is read from an inclusive position, both ways, up to a limit, by prefixes of the stream's name",
    Effect.gen(function* () {
      const store = yield* EventStore
      for (const stream of [
        "conversation-1",
        "user-1",
        "conversation-2",
        "users",
        "xconversation-3",
        "user-2",
      ])
        yield* append(stream, "no_stream", events(2))
      const log = yield* readLog()
      const read = Effect.fnUntraced(function* (...args: Parameters<typeof store.readAll>) {
        return (yield* store.readAll(...args)).map((event) => event.position)
      })
      const positions = log.map((event) => event.position)
      const from = positions[5]!
      expect(yield* read({ direction: "forward", from, limit: 3 })).toEqual(positions.slice(5, 8))
      expect(yield* read({ direction: "backward", from, limit: 3 })).toEqual(
        positions.slice(3, 6).toReversed(),
      )
      expect(yield* read({ direction: "backward", limit: 2 })).toEqual(positions.slice(-2).toReversed())
      expect(yield* read({ direction: "backward", from: "end", limit: 1 })).toEqual(positions.slice(-1))
      expect(yield* read({ direction: "forward", after: from, limit: 3 })).toEqual(positions.slice(6, 9))
      expect(yield* read({ direction: "forward", after: positions.at(-1)!, limit: 1 })).toEqual([])
      expect(yield* read({ direction: "forward", after: -1, limit: 100 })).toHaveLength(log.length + 1)
      const of = (...prefixes: ReadonlyArray<string>) =>
        log.filter((event) => prefixes.some((prefix) => event.stream.startsWith(prefix)))
      for (const prefixes of [["conversation-"], ["user-", "conversation-"], ["user"], ["nobody"], ["%"]])
        for (const direction of ["forward", "backward"] as const) {
          const wanted = of(...prefixes).map((event) => event.position)
          expect(yield* read({ direction, limit: 100, prefixes })).toEqual(
            direction === "forward" ? wanted : wanted.toReversed(),
          )
        }
      expect(yield* read({ direction: "forward", limit: 3, prefixes: ["user-"] })).toEqual(
        of("user-")
          .slice(0, 3)
          .map((event) => event.position),
      )
    }),
  )
  promise(
    "a read by prefix reaches across any number of events that it leaves out",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("rare", "no_stream", events(1))
      for (let n = 0; n < 9; n++) yield* append(`many-${n}`, "no_stream", events(1_000))
      yield* append("rare", 0, events(1))
      for (const direction of ["forward", "backward"] as const)
        expect(yield* store.readAll({ direction, limit: 10, prefixes: ["rare"] })).toHaveLength(2)
    }),
  )
  promise(
    "system streams and tombstones are left out of the log",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("$settings", "no_stream", events(2))
      yield* append("a", "no_stream", events(1))
      yield* store.setMetadata("a", { maxCount: 3 })
      yield* store.tombstone("b", "no_stream")
      expect((yield* readLog()).map((event) => event.stream)).toEqual(["a"])
      expect(yield* readLog(["$"])).toEqual([])
      expect(yield* store.readStream("$settings", { direction: "forward", limit: 9 })).toHaveLength(2)
    }),
  )
}
