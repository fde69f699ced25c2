/** Metadata, soft delete, tombstone: what each hides, at once, and from whom. */
import { EventStore } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import {
  anEvent,
  append,
  type Capabilities,
  events,
  type Promised,
  readForward,
  readLog,
  refusal,
} from "./given.ts"

const revisions = Effect.fnUntraced(function* (stream: string) {
  const store = yield* EventStore
  const forward = (yield* readForward(stream)).map((event) => event.revision)
  const backward = yield* store.readStream(stream, { direction: "backward", limit: 1_000 })
  expect(backward.map((event) => event.revision).toReversed()).toEqual(forward)
  return forward
})

const maxAgeContract = (promise: Promised, clock: Capabilities["clock"]): void => {
  if (clock === "given")
    promise(
      "maxAge hides events as they grow old, and none of the log",
      Effect.gen(function* () {
        const store = yield* EventStore
        yield* store.setMetadata("a", { maxAgeSeconds: 60 })
        yield* append("a", "no_stream", events(1))
        yield* TestClock.adjust("40 seconds")
        yield* append("a", 0, events(1))
        expect(yield* revisions("a")).toEqual([0, 1])
        yield* TestClock.adjust("40 seconds")
        expect(yield* revisions("a")).toEqual([1])
        yield* TestClock.adjust("40 seconds")
        expect(yield* revisions("a")).toEqual([])
        expect(yield* readLog()).toHaveLength(2)
      }),
    )
  else
    promise(
      "maxAge hides events as they grow old, and none of the log",
      Effect.gen(function* () {
        const store = yield* EventStore
        yield* store.setMetadata("a", { maxAgeSeconds: 60 })
        yield* append("a", "no_stream", events(2))
        expect(yield* revisions("a")).toEqual([0, 1])
        yield* store.setMetadata("a", { maxAgeSeconds: 1 })
        // One direction: between two reads they may grow too old.
        const left = yield* Effect.repeat(readForward("a"), {
          until: (standing) => standing.length === 0,
          schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ duration: "20 seconds" })),
        })
        expect(left).toEqual([])
        expect(yield* revisions("a")).toEqual([])
        expect(yield* readLog()).toHaveLength(2)
      }),
    )
}

export const hidingContract = (promise: Promised, { clock, headOfHidden }: Capabilities): void => {
  promise(
    "metadata is what was set last, and nothing before that",
    Effect.gen(function* () {
      const store = yield* EventStore
      expect(yield* store.getMetadata("a")).toEqual({})
      yield* store.setMetadata("a", { maxCount: 3, truncateBefore: 1 })
      yield* append("a", "no_stream", events(1))
      expect(yield* store.getMetadata("a")).toEqual({ maxCount: 3, truncateBefore: 1 })
      yield* store.setMetadata("a", { maxAgeSeconds: 60 })
      expect(yield* store.getMetadata("a")).toEqual({ maxAgeSeconds: 60 })
    }),
  )
  promise(
    "maxCount and truncateBefore hide events of the stream at once, and none of the log",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(6))
      yield* store.setMetadata("a", { maxCount: 4 })
      expect(yield* revisions("a")).toEqual([2, 3, 4, 5])
      yield* append("a", 5, [anEvent()])
      expect(yield* revisions("a")).toEqual([3, 4, 5, 6])
      expect((yield* readForward("a", 0, 2)).map((event) => event.revision)).toEqual([3, 4])
      yield* store.setMetadata("a", { maxCount: 4, truncateBefore: 5 })
      expect(yield* revisions("a")).toEqual([5, 6])
      yield* store.setMetadata("a", { truncateBefore: 100 })
      expect(yield* revisions("a")).toEqual([])
      if (headOfHidden === "known") expect(yield* store.head("a")).toMatchObject({ revision: 6 })
      else expect(yield* store.head("a")).toBeUndefined()
      expect(yield* readLog()).toHaveLength(7)
      yield* store.setMetadata("a", {})
      expect(yield* revisions("a")).toEqual([0, 1, 2, 3, 4, 5, 6])
    }),
  )
  maxAgeContract(promise, clock)
  promise(
    "a soft-deleted stream is not there, and goes on at its next revision when written again",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(3))
      yield* store.softDelete("a", 2)
      expect(yield* refusal(readForward("a"))).toBe("StreamNotFound")
      expect(yield* store.head("a")).toBeUndefined()
      expect(yield* Effect.flip(append("a", 1, [anEvent()]))).toMatchObject({
        _tag: "WrongExpectedRevision",
        actual: -1,
      })
      const again = yield* append("a", "no_stream", events(2))
      expect(again.revision).toBe(4)
      expect(yield* revisions("a")).toEqual([3, 4])
      expect(yield* store.head("a")).toEqual(again)
      expect(yield* append("a", 4, [anEvent()])).toMatchObject({ revision: 5 })
      expect(yield* refusal(append("a", "no_stream", [anEvent()]))).toBe("WrongExpectedRevision")
      expect(yield* readLog()).toHaveLength(6)
    }),
  )
  promise(
    "a soft delete replaces the metadata",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(2))
      yield* store.setMetadata("a", { maxCount: 1 })
      yield* store.softDelete("a", 1)
      yield* append("a", "no_stream", events(3))
      expect(yield* store.getMetadata("a")).toEqual({ truncateBefore: 2 })
      expect(yield* revisions("a")).toEqual([2, 3, 4])
    }),
  )
  promise(
    "a tombstone is final: the stream is neither read nor written again, whatever is expected",
    Effect.gen(function* () {
      const store = yield* EventStore
      const given = events(2)
      yield* append("a", "no_stream", given)
      yield* store.tombstone("a", 1)
      const outcomes = [
        append("a", 1, [anEvent()]),
        append("a", "no_stream", [anEvent()]),
        append("a", "no_stream", given),
        readForward("a"),
        store.setMetadata("a", {}),
        store.softDelete("a", 1),
        store.tombstone("a", 1),
      ]
      for (const outcome of outcomes)
        expect(yield* refusal(outcome as Effect.Effect<unknown, { readonly _tag: string }, EventStore>)).toBe(
          "StreamDeleted",
        )
      expect(yield* store.head("a")).toBeUndefined()
      yield* store.tombstone("never", "no_stream")
      expect(yield* refusal(append("never", "no_stream", [anEvent()]))).toBe("StreamDeleted")
    }),
  )
  promise(
    "a delete at a wrong revision changes nothing",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(2))
      for (const wrong of [
        store.softDelete("a", 0),
        store.tombstone("a", 5),
        store.tombstone("a", "no_stream"),
      ])
        expect(yield* Effect.flip(wrong)).toMatchObject({ _tag: "WrongExpectedRevision", actual: 1 })
      expect(yield* revisions("a")).toEqual([0, 1])
      yield* append("a", 1, [anEvent()])
    }),
  )
}
