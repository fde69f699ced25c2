/**
 * What every log index promises. `layer` gives an empty index each time it is built. A durable one also gives `newPlace`: a layer over a place
 * of its own, which opens the same index however often it is built.
 */
import type { EventMark, MessageKey } from "@parley/runtime/EventStore"
import { type IndexBatch, LogIndex, type StreamLines } from "@parley/runtime/LogIndex"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

const epoch = "00112233445566778899aabbccddeeff"
const another = "ffeeddccbbaa99887766554433221100"

const key = (sender: string, clientMsgId: string, seq: number): MessageKey => ({
  sender,
  clientMsgId,
  seq,
  messageId: `msg_${seq}`,
  mac: `mac-${seq}`,
  ts: 1_795_512_932_612 + seq,
})

const mark = (seq: number, name: string, value: string | null): EventMark => ({ seq, key: name, value })

const lines = (
  stream: string,
  keys: ReadonlyArray<MessageKey>,
  marks: ReadonlyArray<EventMark> = [],
): StreamLines => ({ stream, keys, marks })

const apply = Effect.fnUntraced(function* (
  after: number,
  to: number,
  given: ReadonlyArray<StreamLines> = [],
  of: string = epoch,
) {
  const batch: IndexBatch = { epoch: of, after, to, lines: given }
  return yield* (yield* LogIndex).apply(batch)
})

const find = Effect.fnUntraced(function* (
  stream: string,
  keys: ReadonlyArray<readonly [string, string]>,
  of: string = epoch,
) {
  const index = yield* LogIndex
  return yield* index.lookupKeys(
    of,
    stream,
    keys.map(([sender, clientMsgId]) => ({ sender, clientMsgId })),
  )
})

const look = Effect.fnUntraced(function* (stream: string, seq: number, ...keys: ReadonlyArray<string>) {
  return yield* (yield* LogIndex).lookupMarks(epoch, stream, [{ seq, keys }])
})

type Promised = (title: string, body: Effect.Effect<unknown, unknown, LogIndex>) => void

const movingContract = (promise: Promised): void => {
  promise(
    "an index that was never written stands before the log, and holds nothing",
    Effect.gen(function* () {
      const index = yield* LogIndex
      expect(yield* index.position(epoch)).toBe(-1)
      expect(yield* find("a", [["ann", "1"]])).toEqual([])
      expect(yield* look("a", 0, "k", "c/")).toEqual([])
    }),
  )
  promise(
    "a batch is applied only where the index stands, and moves it to where the batch ends",
    Effect.gen(function* () {
      const index = yield* LogIndex
      expect(yield* apply(3, 5, [lines("a", [key("ann", "early", 0)])])).toBe(false)
      expect(yield* apply(-1, 7, [lines("a", [key("ann", "1", 0)])])).toBe(true)
      expect(yield* index.position(epoch)).toBe(7)
      expect(yield* apply(-1, 9, [lines("a", [key("ann", "late", 1)], [mark(0, "k", "late")])])).toBe(false)
      expect(yield* apply(6, 9, [lines("a", [key("ann", "beside", 1)])])).toBe(false)
      expect(yield* index.position(epoch)).toBe(7)
      expect(
        yield* find("a", [
          ["ann", "early"],
          ["ann", "late"],
          ["ann", "beside"],
        ]),
      ).toEqual([])
      expect(yield* look("a", 0, "k")).toEqual([])
      expect(yield* apply(7, 9_007_199_254_740_991)).toBe(true)
      expect(yield* index.position(epoch)).toBe(9_007_199_254_740_991)
    }),
  )
  promise(
    "of many who apply at one place exactly one does, with all of its lines",
    Effect.gen(function* () {
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 12 }, (_, n) => n),
        (n) => apply(-1, 10 + n, [lines("a", [key("ann", String(n), n)], [mark(n, "k", String(n))])]),
        { concurrency: "unbounded" },
      )
      expect(outcomes.filter(Boolean)).toHaveLength(1)
      const won = outcomes.indexOf(true)
      expect(yield* (yield* LogIndex).position(epoch)).toBe(10 + won)
      expect(
        yield* find(
          "a",
          outcomes.map((_, n) => ["ann", String(n)]),
        ),
      ).toEqual([key("ann", String(won), won)])
      expect(yield* look("a", won, "k")).toEqual([mark(won, "k", String(won))])
    }),
  )
  promise(
    "many who look up at once get each his own answer, whoever gives up meanwhile",
    Effect.gen(function* () {
      const streams = Array.from({ length: 40 }, (_, n) => `stream-${n}`)
      yield* apply(
        -1,
        1,
        streams.map((stream, n) => lines(stream, [key("ann", "1", n), key("bob", "1", n)])),
      )
      const asked = streams.map((stream, n) =>
        n % 4 === 3
          ? Effect.timeoutOption(find(stream, [["ann", "1"]]), 0)
          : find(stream, [
              ["bob", n % 2 === 0 ? "1" : "absent"],
              ["ann", "1"],
            ]),
      )
      const answers = yield* Effect.all(asked, { concurrency: "unbounded" })
      for (const [n, answer] of answers.entries())
        if (n % 4 !== 3)
          expect(answer).toEqual([...(n % 2 === 0 ? [key("bob", "1", n)] : []), key("ann", "1", n)])
    }),
  )
  promise(
    "another epoch begins anew, and only from its start: nothing of the one before is found any more",
    Effect.gen(function* () {
      const index = yield* LogIndex
      yield* apply(-1, 50, [lines("a", [key("ann", "1", 0)], [mark(0, "k", "1")])])
      expect(yield* index.position(another)).toBe(-1)
      expect(yield* find("a", [["ann", "1"]], another)).toEqual([])
      expect(yield* apply(50, 60, [], another)).toBe(false)
      expect(yield* index.position(epoch)).toBe(50)
      expect(yield* apply(-1, 20, [lines("a", [key("bob", "1", 0)])], another)).toBe(true)
      expect([yield* index.position(another), yield* index.position(epoch)]).toEqual([20, -1])
      expect(
        yield* find(
          "a",
          [
            ["ann", "1"],
            ["bob", "1"],
          ],
          another,
        ),
      ).toEqual([key("bob", "1", 0)])
      expect(yield* find("a", [["ann", "1"]])).toEqual([])
      expect(yield* index.lookupMarks(another, "a", [{ seq: 0, keys: ["k"] }])).toEqual([])
    }),
  )
}

const keysContract = (promise: Promised): void => {
  promise(
    "keys are found line for line, in the order asked for, and only in their own stream",
    Effect.gen(function* () {
      const given = [key("ann", "1", 0), key("bob", "1", 1), key("ann", "会议 '\"\\ 🙂", 2)]
      yield* apply(-1, 3, [lines("a", given), lines("b", [key("ann", "1", 5)])])
      const asked = [
        ["ann", "会议 '\"\\ 🙂"],
        ["an", "n1"],
        ["bob", "1"],
        ["ann", "2"],
        ["ann", "1"],
      ] as const
      expect(yield* find("a", asked)).toEqual([given[2], given[1], given[0]])
      expect(yield* find("b", asked)).toEqual([key("ann", "1", 5)])
      expect(yield* find("c", asked)).toEqual([])
      expect(yield* find("a", [])).toEqual([])
    }),
  )
  promise(
    "of two lines with one key the first stands, within a batch as from one to the next",
    Effect.gen(function* () {
      yield* apply(-1, 1, [lines("a", [key("ann", "1", 0), key("ann", "1", 1)])])
      yield* apply(1, 2, [lines("a", [key("ann", "1", 2), key("ann", "2", 3)])])
      expect(
        yield* find("a", [
          ["ann", "1"],
          ["ann", "2"],
        ]),
      ).toEqual([key("ann", "1", 0), key("ann", "2", 3)])
    }),
  )
  promise(
    "a batch may hold thousands of lines",
    Effect.gen(function* () {
      const many = Array.from({ length: 3_000 }, (_, n) => key("ann", String(n), n))
      yield* apply(
        -1,
        3_000,
        many.map((one) => lines(`s-${one.seq % 7}`, [one], [mark(one.seq, "k", "v")])),
      )
      expect(yield* find("s-3", [["ann", "10"]])).toEqual([many[10]])
      expect(yield* look("s-4", 2_999 - 3, "k")).toEqual([])
      expect(yield* look(`s-${2_999 % 7}`, 2_999, "k")).toEqual([mark(2_999, "k", "v")])
    }),
  )
}

const marksContract = (promise: Promised): void => {
  promise(
    "marks are found by (seq, key), each once, and only at their own event of their own stream",
    Effect.gen(function* () {
      const index = yield* LogIndex
      const given = [mark(0, "deleted", "7"), mark(0, "edited", "{}"), mark(3, "edited", "")]
      yield* apply(-1, 1, [lines("a", [], given)])
      const wanted = [3, 0, 1].map((seq) => ({ seq, keys: ["edited", "deleted", "other", "edited"] }))
      expect(yield* index.lookupMarks(epoch, "a", [...wanted, ...wanted])).toEqual(given)
      expect(yield* index.lookupMarks(epoch, "a", [])).toEqual([])
      expect(yield* index.lookupMarks(epoch, "b", wanted)).toEqual([])
    }),
  )
  promise(
    "the latest mark of a key stands, within a batch as from one to the next, and null takes it away",
    Effect.gen(function* () {
      yield* apply(-1, 1, [
        lines("a", [], [mark(0, "k", "1"), mark(0, "gone", "1")]),
        lines("a", [], [mark(0, "k", "2")]),
      ])
      expect(yield* look("a", 0, "k", "gone")).toEqual([mark(0, "gone", "1"), mark(0, "k", "2")])
      yield* apply(1, 2, [lines("a", [], [mark(0, "gone", null), mark(0, "never", null)])])
      expect(yield* look("a", 0, "k", "gone", "never")).toEqual([mark(0, "k", "2")])
      yield* apply(2, 3, [lines("a", [], [mark(0, "gone", "2"), mark(0, "k", null), mark(0, "k", "4")])])
      expect(yield* look("a", 0, "k", "gone")).toEqual([mark(0, "gone", "2"), mark(0, "k", "4")])
    }),
  )
  promise(
    "a wanted key that ends with a slash stands for every key that begins with it, whatever the script",
    Effect.gen(function* () {
      const given = ["c/a", "c//", "c/\u{10ffff}", "c/👍🏽", "c/é", "c/%", "c/_", "c/\\"].map((name) =>
        mark(5, name, name),
      )
      yield* apply(-1, 1, [
        lines(
          "a",
          [],
          [...given, mark(5, "c", "no"), mark(5, "c0", "no"), mark(5, "d/a", "no"), mark(6, "c/a", "no")],
        ),
      ])
      const found = yield* look("a", 5, "c/", "c/a")
      expect(found.map((one) => Buffer.from(one.key).toString("hex"))).toEqual(
        given.map((one) => Buffer.from(one.key).toString("hex")).toSorted(),
      )
      expect(yield* look("a", 5, "c/_/", "c/%/")).toEqual([])
    }),
  )
}

const durableContract = (
  newPlace: Effect.Effect<Layer.Layer<LogIndex, unknown>, unknown, Scope.Scope>,
): void => {
  it.live("what was applied is found by whoever opens the index later", () =>
    Effect.gen(function* () {
      const layer = yield* newPlace
      const given = lines("kept", [key("ann", "1", 0)], [mark(0, "k", "1")])
      yield* Effect.provide(apply(-1, 4, [given]), layer)
      const found = Effect.gen(function* () {
        const index = yield* LogIndex
        return [
          yield* index.position(epoch),
          yield* find("kept", [["ann", "1"]]),
          yield* look("kept", 0, "k"),
        ]
      })
      expect(yield* Effect.provide(found, Layer.fresh(layer))).toEqual([4, given.keys, given.marks])
    }),
  )
}

export const logIndexContract = (
  name: string,
  layer: Layer.Layer<LogIndex, unknown>,
  newPlace?: Effect.Effect<Layer.Layer<LogIndex, unknown>, unknown, Scope.Scope>,
): void => {
  const promise: Promised = (title, body) => it.live(title, () => Effect.provide(body, layer))
  describe(`log index: ${name}`, () => {
    movingContract(promise)
    keysContract(promise)
    marksContract(promise)
    if (newPlace !== undefined) durableContract(newPlace)
  })
}
