/** The clock of receipts: when they are stored, and what happens to them when the process stops. */
import { layer as broker } from "@parley/runtime/broker/BrokerMemory"
import { Unavailable } from "@parley/runtime/errors"
import { Users } from "@parley/runtime/Users"
import { Markers } from "@parley/projections/Markers"
import { ReceiptReads } from "@parley/projections/ReceiptReads"
import { Reads } from "@parley/projections/Reads"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Exit from "effect/Exit"
import * as Context from "effect/Context"
import { ReceiptCursors } from "../../src/stream/receipts/ReceiptCursors.ts"
import { viewOf } from "./membershipOf.ts"
import { cnv } from "./TestLog.ts"

const A = cnv(1)

/** A service of which only some of the operations are there. */
const only = <A extends object>(some: Partial<A>): A => some as A

const prepared = Effect.fnUntraced(function* () {
  const stored: Array<object> = []
  const state = { failing: false }
  const users = only<Users["Service"]>({
    moveCursors: (_, moves) =>
      Effect.suspend(() => {
        if (state.failing) return Effect.fail(new Unavailable({ reason: "planted" }))
        stored.push(moves)
        return Effect.succeed({ _tag: "CursorsMoved" as const, read: {}, readBefore: {}, delivered: [] })
      }),
    privacy: () => Effect.succeed({ shareLastSeen: true, sendReadReceipts: true }),
  })
  const view = viewOf(A, { user: "bob", joinedSeq: 0, members: 2, revision: 9 })
  const parts = Layer.mergeAll(
    broker,
    Layer.succeed(Users, users),
    Layer.succeed(Reads, only<Reads["Service"]>({ view: () => Effect.succeed(view) })),
    Layer.succeed(Markers, { of: () => Effect.succeed([]) }),
    Layer.succeed(ReceiptReads, only<ReceiptReads["Service"]>({ covered: () => Effect.succeed([]) })),
  )
  const scope = yield* Scope.make()
  const layer = ReceiptCursors.layer({ receipts_members: 500 }).pipe(Layer.provide(parts))
  const receipts = Context.get(yield* Layer.buildWithScope(layer, scope), ReceiptCursors)
  const read = (seq: number) =>
    receipts.accept({ user: "bob", conversation: A, kind: "read", device: "phone", seq })
  return { stored, state, read, receipts, stop: Scope.close(scope, Exit.void) }
})

const readUpTo = (seq: number) => ({ read: { [A]: seq }, delivered: [] })

describe("receipts", () => {
  it.effect("are stored once a second, however many come", () =>
    Effect.gen(function* () {
      const { read, stored } = yield* prepared()
      for (let seq = 0; seq < 5; seq++) read(seq)
      yield* TestClock.adjust("999 millis")
      expect(stored).toEqual([])
      yield* TestClock.adjust("1 milli")
      expect(stored).toEqual([readUpTo(4)])
      for (let seq = 5; seq < 9; seq++) {
        read(seq)
        yield* TestClock.adjust("250 millis")
      }
      expect(stored).toEqual([readUpTo(4), readUpTo(8)])
    }),
  )

  it.effect("that wait when the process stops are stored before it has stopped", () =>
    Effect.gen(function* () {
      const { read, stop, stored } = yield* prepared()
      read(3)
      yield* stop
      expect(stored).toEqual([readUpTo(3)])
    }),
  )

  it.effect("are tried again while the process stops, and given up when the log stays away", () =>
    Effect.gen(function* () {
      const { read, receipts, state, stop, stored } = yield* prepared()
      state.failing = true
      read(3)
      const stopping = yield* Effect.forkChild(stop)
      yield* TestClock.adjust("1 second")
      expect(receipts.waiting()).toBe(1)
      state.failing = false
      yield* TestClock.adjust("1 second")
      expect(stored).toEqual([readUpTo(3)])
      yield* Fiber.join(stopping)
      const other = yield* prepared()
      other.state.failing = true
      other.read(3)
      const ending = yield* Effect.forkChild(other.stop)
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(ending)
      expect(other.stored).toEqual([])
    }),
  )
})
