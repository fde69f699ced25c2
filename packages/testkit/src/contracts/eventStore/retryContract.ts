/** A retry gets the original's answer, for ever; nothing else passes for a retry. */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { EventStore } from "@parley/runtime/EventStore"
import { anEvent, append, events, type Promised, readForward, readLog, refusal } from "./given.ts"

export const retryContract = (promise: Promised): void => {
  promise(
    "a retry of an append gets the original's answer and writes nothing, also after many others",
    Effect.gen(function* () {
      const [first, second] = [events(2), events(3)]
      const one = yield* append("a", "no_stream", first)
      const two = yield* append("a", 1, second)
      yield* append("b", "no_stream", events(5))
      for (let n = 4; n < 40; n++) yield* append("a", n, [anEvent()])
      expect(yield* append("a", "no_stream", first)).toEqual(one)
      expect(yield* append("a", 1, second)).toEqual(two)
      expect(yield* append("a", "no_stream", first)).toEqual(one)
      expect(yield* readForward("a")).toHaveLength(41)
      const store = yield* EventStore
      expect(yield* store.head("a")).toMatchObject({ revision: 40 })
    }),
  )
  promise(
    "a retry is recognised by its ids alone, wherever its edges lie",
    Effect.gen(function* () {
      const given = events(4)
      yield* append("a", "no_stream", given)
      expect(yield* append("a", "no_stream", given.slice(0, 2))).toMatchObject({ revision: 1 })
      expect(yield* append("a", 0, given.slice(1, 4))).toMatchObject({ revision: 3 })
      expect(yield* append("a", 1, [{ ...given[2]!, data: "{}" }])).toMatchObject({ revision: 2 })
      expect((yield* readForward("a"))[2]!.data).toBe(given[2]!.data)
    }),
  )
  promise(
    "ids that match in part, at another revision or beyond the end are a wrong revision",
    Effect.gen(function* () {
      const given = events(3)
      yield* append("a", "no_stream", given)
      const wrong = [
        append("a", "no_stream", [given[0]!, anEvent()]),
        append("a", "no_stream", [anEvent(), given[1]!]),
        append("a", "no_stream", [given[1]!]),
        append("a", 0, [given[0]!, given[1]!]),
        append("a", 1, [given[2]!, anEvent()]),
        append("a", "no_stream", [...given, anEvent()]),
      ]
      expect(yield* Effect.forEach(wrong, refusal)).toEqual(wrong.map(() => "WrongExpectedRevision"))
      expect(yield* readLog()).toHaveLength(3)
    }),
  )
  promise(
    "an id is not unique: it may stand in two streams, and twice in one",
    Effect.gen(function* () {
      const event = anEvent()
      yield* append("a", "no_stream", [event])
      yield* append("b", "no_stream", [event])
      yield* append("a", 0, [event])
      expect((yield* readLog()).map(({ stream, revision, id }) => [stream, revision, id])).toEqual([
        ["a", 0, event.id],
        ["b", 0, event.id],
        ["a", 1, event.id],
      ])
    }),
  )
  promise(
    "a retry is recognised by events that metadata or a soft delete hide",
    Effect.gen(function* () {
      const store = yield* EventStore
      const given = events(2)
      const original = yield* append("a", "no_stream", given)
      yield* store.setMetadata("a", { truncateBefore: 2 })
      expect(yield* append("a", "no_stream", given)).toEqual(original)
      yield* store.softDelete("a", 1)
      expect(yield* append("a", "no_stream", given)).toEqual(original)
      expect(yield* refusal(readForward("a"))).toBe("StreamNotFound")
    }),
  )
  promise(
    "one append sent many times at once stands once, and all get its answer",
    Effect.gen(function* () {
      const given = events(2)
      const answers = yield* Effect.all(
        Array.from({ length: 25 }, () => append("a", "no_stream", given)),
        { concurrency: "unbounded" },
      )
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(yield* readForward("a")).toHaveLength(2)
    }),
  )
}
