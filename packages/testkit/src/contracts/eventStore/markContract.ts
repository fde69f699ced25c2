/** The marks: in the append's own transaction, the latest line of a key stands. */
import { type EventMark, EventStore, type ExpectedRevision, type NewEvent } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append as appendTo, events, type Promised } from "./given.ts"

const mark = (seq: number, key: string, value: string | null): EventMark => ({ seq, key, value })

const append = (
  stream: string,
  expected: ExpectedRevision,
  marks: ReadonlyArray<EventMark>,
  given: ReadonlyArray<NewEvent> = events(1),
) => appendTo(stream, expected, given, [], marks)

const look = Effect.fnUntraced(function* (stream: string, seq: number, ...keys: ReadonlyArray<string>) {
  return yield* (yield* EventStore).lookupMarks(stream, [{ seq, keys }])
})

export const markContract = (promise: Promised): void => {
  promise(
    "a mark is found once its append is acknowledged, and only at its own event of its own stream",
    Effect.gen(function* () {
      const store = yield* EventStore
      const lines = [mark(0, "deleted", "7"), mark(0, "edited", "{}"), mark(3, "edited", "")]
      yield* append("a", "no_stream", lines)
      const wanted = [3, 0, 1].map((seq) => ({ seq, keys: ["edited", "deleted", "other", "edited"] }))
      expect(yield* store.lookupMarks("a", wanted)).toEqual(lines)
      expect(yield* store.lookupMarks("a", [...wanted, ...wanted])).toEqual(lines)
      expect(yield* store.lookupMarks("a", [])).toEqual([])
      expect(yield* store.lookupMarks("b", wanted)).toEqual([])
    }),
  )
  promise(
    "the latest line of a key stands, within an append as from one to the next, and null takes it away",
    Effect.gen(function* () {
      yield* append("a", "no_stream", [mark(0, "k", "1"), mark(0, "k", "2"), mark(0, "gone", "1")])
      expect(yield* look("a", 0, "k", "gone")).toEqual([mark(0, "gone", "1"), mark(0, "k", "2")])
      yield* append("a", 0, [mark(0, "k", "3"), mark(0, "gone", null), mark(0, "never", null)])
      expect(yield* look("a", 0, "k", "gone", "never")).toEqual([mark(0, "k", "3")])
      yield* append("a", 1, [mark(0, "gone", "2"), mark(0, "k", null), mark(0, "k", "4")])
      expect(yield* look("a", 0, "k", "gone")).toEqual([mark(0, "gone", "2"), mark(0, "k", "4")])
    }),
  )
  promise(
    "a key that ends with a slash stands for every key that begins with it, whatever the script",
    Effect.gen(function* () {
      const lines = ["c/a", "c//", "c/\u{10ffff}", "c/👍🏽", "c/é"].map((key) => mark(5, key, key))
      yield* append("a", "no_stream", [
        ...lines,
        mark(5, "c", "no"),
        mark(5, "c0", "no"),
        mark(5, "c.", "no"),
        mark(5, "d/a", "no"),
        mark(6, "c/a", "no"),
      ])
      const found = yield* look("a", 5, "c/", "c/a")
      expect(new Set(found)).toEqual(new Set(lines))
      expect(found).toHaveLength(lines.length)
      expect(found.map(({ key }) => Buffer.from(key).toString("hex"))).toEqual(
        lines.map(({ key }) => Buffer.from(key).toString("hex")).toSorted(),
      )
    }),
  )
  promise(
    "an append that is refused writes no mark",
    Effect.gen(function* () {
      yield* append("a", "no_stream", [])
      expect(yield* Effect.flip(append("a", 7, [mark(0, "k", "1")]))).toMatchObject({
        _tag: "WrongExpectedRevision",
      })
      const key = { sender: "ann", clientMsgId: "1", seq: 1, messageId: "m", mac: "x", ts: 1 }
      yield* appendTo("a", 0, events(1), [key])
      const taken = appendTo("a", 1, events(1), [key], [mark(0, "k", "1")])
      expect(yield* Effect.flip(taken)).toMatchObject({ _tag: "KeysTaken" })
      expect(yield* look("a", 0, "k")).toEqual([])
    }),
  )
  promise(
    "a retry writes its marks once: what later appends wrote stands",
    Effect.gen(function* () {
      const given = events(1)
      const original = yield* append("a", "no_stream", [mark(0, "k", "1")], given)
      yield* append("a", 0, [mark(0, "k", "2")])
      expect(yield* append("a", "no_stream", [mark(0, "k", "1")], given)).toEqual(original)
      expect(yield* look("a", 0, "k")).toEqual([mark(0, "k", "2")])
    }),
  )
}
