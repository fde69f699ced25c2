/** Appends: the expected revision, atomicity, size. */
import { EventStore } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { anEvent, append, events, ids, type Promised, readForward, readLog, refusal } from "./given.ts"

export const appendContract = (promise: Promised): void => {
  promise(
    "an append stands as it was given, at the revisions after the expected one",
    Effect.gen(function* () {
      const [first, second] = [events(2), events(3)]
      const one = yield* append("a", "no_stream", first)
      const two = yield* append("a", one.revision, second)
      expect([one.revision, two.revision]).toEqual([1, 4])
      const standing = yield* readForward("a")
      expect(standing.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }))).toEqual([
        ...first,
        ...second,
      ])
      expect(standing.map((event) => event.revision)).toEqual([0, 1, 2, 3, 4])
      expect(standing.map((event) => event.stream)).toEqual(["a", "a", "a", "a", "a"])
      expect([standing[1]!.position, standing[4]!.position]).toEqual([one.position, two.position])
    }),
  )
  promise(
    "a wrong expectation is told the actual revision, and writes nothing",
    Effect.gen(function* () {
      yield* append("a", "no_stream", events(2))
      const outcomes = yield* Effect.forEach(["no_stream", 0, 2, 99, -7, 0.5] as const, (expected) =>
        Effect.flip(append("a", expected, [anEvent()])),
      )
      expect(outcomes.map((failure) => ({ ...failure }))).toMatchObject(
        outcomes.map(() => ({ _tag: "WrongExpectedRevision", stream: "a", actual: 1 })),
      )
      expect(yield* Effect.flip(append("never", 0, [anEvent()]))).toMatchObject({
        _tag: "WrongExpectedRevision",
        actual: -1,
      })
      expect(yield* readLog()).toHaveLength(2)
      expect(yield* refusal(readForward("never"))).toBe("StreamNotFound")
    }),
  )
  promise(
    "of many appenders at one revision exactly one wins, at every revision",
    Effect.gen(function* () {
      const appender = Effect.fnUntraced(function* () {
        const won: Array<string> = []
        for (let last = -1; last < 19;) {
          const event = anEvent()
          const outcome = yield* Effect.result(append("a", last < 0 ? "no_stream" : last, [event]))
          if (outcome._tag === "Success") won.push(event.id)
          else expect(outcome.failure._tag).toBe("WrongExpectedRevision")
          last =
            outcome._tag === "Success"
              ? outcome.success.revision
              : (outcome.failure as { readonly actual: number }).actual
        }
        return won
      })
      const won = yield* Effect.all(Array.from({ length: 16 }, appender), { concurrency: "unbounded" })
      const standing = yield* readForward("a")
      expect(standing.map((event) => event.revision)).toEqual(standing.map((_, index) => index))
      expect(won.flat().toSorted()).toEqual([...ids(standing)].toSorted())
    }),
  )
  promise(
    "appends made in order to one stream without waiting are carried out in that order",
    Effect.gen(function* () {
      const given = events(200)
      yield* Effect.forEach(given, (event, n) => append("a", n === 0 ? "no_stream" : n - 1, [event]), {
        concurrency: "unbounded",
      })
      expect(ids(yield* readForward("a"))).toEqual(ids(given))
    }),
  )
  promise(
    "an append that is refused does not disturb those made in the same moment",
    Effect.gen(function* () {
      yield* append("taken", "no_stream", [anEvent()])
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 30 }, (_, n) => n),
        (n) => Effect.result(append(n % 3 === 0 ? "taken" : `free-${n}`, "no_stream", events(2))),
        { concurrency: "unbounded" },
      )
      expect(outcomes.map((outcome) => outcome._tag)).toEqual(
        outcomes.map((_, n) => (n % 3 === 0 ? "Failure" : "Success")),
      )
      expect(yield* readLog(["free-"])).toHaveLength(40)
      expect(yield* readForward("taken")).toHaveLength(1)
    }),
  )
  promise(
    "an append of 1 MiB is taken, one byte more is not",
    Effect.gen(function* () {
      const of = (bytes: number) => {
        const event = anEvent()
        const rest = bytes - event.id.length - event.metadata.length - 2
        // Two bytes each in UTF-8, one in the length of a JavaScript string.
        return { ...event, data: `"${"é".repeat(Math.floor(rest / 2))}${rest % 2 === 1 ? "x" : ""}"` }
      }
      const most = of(1_048_576)
      yield* append("a", "no_stream", [most])
      expect((yield* readForward("a"))[0]!.data).toBe(most.data)
      expect(yield* Effect.flip(append("a", 0, [of(1_048_577)]))).toMatchObject({
        _tag: "AppendTooLarge",
        bytes: 1_048_577,
      })
      expect(yield* Effect.flip(append("a", 0, [of(600_000), of(600_000)]))).toMatchObject({
        _tag: "AppendTooLarge",
        bytes: 1_200_000,
      })
      expect(yield* readForward("a")).toHaveLength(1)
    }),
  )
  promise(
    "text of every kind comes back as it was written",
    Effect.gen(function* () {
      const texts = ["", "会议", "🙂", "a\u0000b", "'; DROP TABLE events; --", "\u2028"]
      const given = texts.map((text) => ({ ...anEvent(), data: JSON.stringify({ text }) }))
      yield* append("stream with 会议 'and' %_*", "no_stream", given)
      const standing = yield* readForward("stream with 会议 'and' %_*")
      expect(standing.map((event) => event.data)).toEqual(given.map((event) => event.data))
    }),
  )
  promise(
    "a head holds every append acknowledged before it was asked for",
    Effect.gen(function* () {
      const store = yield* EventStore
      expect(yield* store.head("a")).toBeUndefined()
      const start = yield* store.headPosition
      for (let n = 0; n < 20; n++) {
        const appended = yield* append("a", n === 0 ? "no_stream" : n - 1, [anEvent(n)])
        expect(yield* store.head("a")).toEqual(appended)
        expect(yield* store.headPosition).toBe(appended.position)
        expect(appended.position).toBeGreaterThan(start)
      }
      const other = yield* append("b", "no_stream", [anEvent()])
      expect(yield* store.head("a")).toMatchObject({ revision: 19 })
      expect(yield* store.headPosition).toBe(other.position)
    }),
  )
}
