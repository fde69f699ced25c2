/** The key index: as if in the append's own transaction. */
import { EventStore, type MessageKey } from "@parley/runtime/EventStore"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  anEvent,
  append,
  appendNew,
  type Capabilities,
  events,
  type Promised,
  readForward,
  readLog,
} from "./given.ts"

const key = (sender: string, clientMsgId: string, seq: number): MessageKey => ({
  sender,
  clientMsgId,
  seq,
  messageId: `msg_${sender}${clientMsgId}`,
  mac: `mac-${seq}`,
  ts: 1_795_512_932_612,
})

const bareLines = (promise: Promised, lines: Capabilities["lines"]): void => {
  const withBareLine = Effect.gen(function* () {
    const store = yield* EventStore
    yield* store.append({ stream: "a", expected: "no_stream", events: events(1), keys: [key("ann", "1", 0)] })
    return yield* store.lookupKeys("a", [key("ann", "1", 0)])
  })
  if (lines === "given")
    promise(
      "a line is kept as it was given, whatever its event says",
      Effect.map(withBareLine, (found) => expect(found).toEqual([key("ann", "1", 0)])),
    )
  else
    promise(
      "a line is kept when it follows from its event, and only then",
      Effect.map(withBareLine, (found) => expect(found).toEqual([])),
    )
}

export const keyContract = (promise: Promised, { lines: kept }: Capabilities): void => {
  bareLines(promise, kept)
  promise(
    "a key is found once its append is acknowledged, line for line, and only in its own stream",
    Effect.gen(function* () {
      const store = yield* EventStore
      const lines = [key("ann", "1", 0), key("bob", "1", 1)]
      yield* append("a", "no_stream", events(2), lines)
      const asked = [...lines, key("ann", "2", 9), key("an", "n1", 9)]
      expect(yield* store.lookupKeys("a", asked)).toEqual(lines)
      expect(yield* store.lookupKeys("a", [])).toEqual([])
      expect(yield* store.lookupKeys("b", asked)).toEqual([])
      yield* append("b", "no_stream", events(1), [key("ann", "1", 0)])
      expect(yield* store.lookupKeys("b", asked)).toEqual([key("ann", "1", 0)])
    }),
  )
  promise(
    "a taken key refuses the append whole and tells every line that stands",
    Effect.gen(function* () {
      const store = yield* EventStore
      const standing = [key("ann", "1", 0), key("ann", "2", 1)]
      yield* append("a", "no_stream", events(2), standing)
      const wanted = [key("ann", "0", 2), key("ann", "2", 3), key("ann", "3", 4), key("ann", "1", 5)]
      const failure = yield* Effect.flip(append("a", 1, events(4), wanted))
      expect(failure).toMatchObject({ _tag: "KeysTaken", taken: [standing[1], standing[0]] })
      expect(yield* readForward("a")).toHaveLength(2)
      expect(yield* store.lookupKeys("a", wanted)).toEqual([standing[1], standing[0]])
      expect(yield* append("a", 1, [anEvent()], [key("ann", "0", 2)])).toMatchObject({ revision: 2 })
    }),
  )
  promise(
    "a retry gets the original's answer although its keys are taken, by itself",
    Effect.gen(function* () {
      const given = events(2)
      const lines = [key("ann", "1", 0), key("ann", "2", 1)]
      const original = yield* append("a", "no_stream", given, lines)
      expect(yield* append("a", "no_stream", given, lines)).toEqual(original)
      const more = events(1)
      const next = yield* append("a", 1, more, [key("ann", "3", 2)])
      expect(yield* append("a", 1, more, [key("ann", "3", 2)])).toEqual(next)
      yield* append("a", 2, events(1), [key("ann", "4", 3)])
      expect(yield* append("a", 1, more, [key("ann", "3", 2)])).toEqual(next)
      expect(yield* append("a", "no_stream", given, lines)).toEqual(original)
    }),
  )
  promise(
    "a key that its caller knows to be new is taken as any other",
    Effect.gen(function* () {
      const store = yield* EventStore
      const lines = [key("ann", "1", 0), key("ann", "2", 1), key("ann", "3", 2)]
      const given = events(3)
      for (const [n, line] of lines.entries())
        yield* appendNew("a", n === 0 ? "no_stream" : n - 1, [given[n]!], [line])
      expect(yield* appendNew("a", 1, [given[2]!], [lines[2]!])).toMatchObject({ revision: 2 })
      expect(yield* Effect.flip(appendNew("a", 1, events(1), [key("ann", "4", 2)]))).toMatchObject({
        _tag: "WrongExpectedRevision",
      })
      expect(yield* store.lookupKeys("a", lines)).toEqual(lines)
      expect(yield* Effect.flip(append("a", 2, events(1), [key("ann", "2", 3)]))).toMatchObject({
        _tag: "KeysTaken",
        taken: [lines[1]],
      })
    }),
  )
  promise(
    "an append at a wrong revision takes no key",
    Effect.gen(function* () {
      const store = yield* EventStore
      yield* append("a", "no_stream", events(1))
      expect(yield* Effect.flip(append("a", 7, events(1), [key("ann", "1", 8)]))).toMatchObject({
        _tag: "WrongExpectedRevision",
      })
      expect(yield* Effect.flip(append("new", 7, events(1), [key("ann", "1", 8)]))).toMatchObject({
        _tag: "WrongExpectedRevision",
      })
      for (const stream of ["a", "new"])
        expect(yield* store.lookupKeys(stream, [key("ann", "1", 8)])).toEqual([])
    }),
  )
  promise(
    "of many that want one key at once, in one moment, exactly one gets it",
    Effect.gen(function* () {
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, n) => n),
        (n) => Effect.result(append("a", n === 0 ? "no_stream" : 0, events(1), [key("ann", "1", n)])),
        { concurrency: "unbounded" },
      )
      expect(outcomes.filter((outcome) => outcome._tag === "Success")).toHaveLength(1)
      for (const outcome of outcomes)
        if (outcome._tag === "Failure")
          expect(outcome.failure).toMatchObject({ _tag: "KeysTaken", taken: [key("ann", "1", 0)] })
      expect(yield* readLog()).toHaveLength(1)
    }),
  )
}
