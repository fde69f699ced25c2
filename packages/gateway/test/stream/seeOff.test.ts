/** Seeing everybody off: who is told what, who is closed when and how. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { it } from "@effect/vitest"
import { expect } from "vitest"
import { FrameIds } from "../../src/stream/controlFrames.ts"
import { adviceOf, type Guest, RESTART_MS, seeOff } from "../../src/stream/seeOff.ts"

class FakeGuest implements Guest {
  readonly ids = new FrameIds("ses_1")
  unanswered = 0
  leaving = false
  advice: Array<number> = []
  ended: number | undefined

  get closed(): boolean {
    return this.ended !== undefined
  }
  push(frame: Buffer): void {
    this.advice.push(Number(/"reconnect_after_ms":(\d+)/.exec(frame.toString())![1]))
  }
  close(code: number): void {
    this.ended = code
  }
}

const farewell = Effect.fnUntraced(function* (guests: ReadonlyArray<FakeGuest>, moveMs: number) {
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  return yield* Effect.forkChild(seeOff({ guests, moveMs, busy: 0, now }), { startImmediately: true })
})

it.effect("told of a restart: advised beyond it, evenly spread; closed 1012 after a moment", () =>
  Effect.gen(function* () {
    const guests = Array.from({ length: 4 }, () => new FakeGuest())
    const over = yield* farewell(guests, 0)
    expect(guests.map(({ advice }) => advice)).toEqual([[5_063], [5_188], [5_313], [5_438]])
    yield* TestClock.adjust(400)
    expect(guests.map(({ ended }) => ended)).toEqual([undefined, undefined, undefined, undefined])
    yield* TestClock.adjust(200)
    yield* Fiber.join(over)
    expect(guests.map(({ ended }) => ended)).toEqual([1012, 1012, 1012, 1012])
  }),
)

it.effect(
  "what was taken is answered first; nothing more is taken meanwhile; after five seconds nobody is waited for",
  () =>
    Effect.gen(function* () {
      const [quick, stuck] = [new FakeGuest(), new FakeGuest()]
      quick.unanswered = 1
      stuck.unanswered = 1
      const over = yield* farewell([quick, stuck], 0)
      yield* TestClock.adjust(1_000)
      expect([quick.leaving, quick.ended, stuck.ended]).toEqual([true, undefined, undefined])
      quick.unanswered = 0
      yield* TestClock.adjust(20)
      expect([quick.ended, stuck.ended]).toEqual([1012, undefined])
      yield* TestClock.adjust(5_000)
      yield* Fiber.join(over)
      expect(stuck.ended).toBe(1012)
    }),
)

it.effect(
  "with other servers to go to: who is still here when his time has come is closed 4001, who owes answers to the end 1012",
  () =>
    Effect.gen(function* () {
      const guests = Array.from({ length: 4 }, () => new FakeGuest())
      const [, early, stuck] = guests
      const over = yield* farewell(guests, 8_000)
      expect(guests.map(({ advice }) => advice)).toEqual([[1_000], [3_000], [5_000], [7_000]])
      stuck!.unanswered = 1
      yield* TestClock.adjust(1_100)
      expect(guests.map(({ ended }) => ended)).toEqual([4001, undefined, undefined, undefined])
      // The client leaves by itself.
      early!.ended = 1000
      yield* TestClock.adjust(7_000)
      stuck!.unanswered = 0
      yield* TestClock.adjust(100)
      yield* Fiber.join(over)
      expect(guests.map(({ ended }) => ended)).toEqual([4001, 1000, 1012, 4001])
    }),
)

it.effect("without anybody connected it is over at once", () =>
  Effect.gen(function* () {
    yield* Fiber.join(yield* farewell([], 0))
  }),
)

it.each([
  { busy: 0, gap: 2.5 },
  { busy: 0.5, gap: 5 },
  { busy: 0.9, gap: 7.5 },
])(
  "of a server whose loop was at work for $busy of its time they come back one in $gap ms",
  ({ busy, gap }) => {
    const [first, last] = [0, 1_000].map((n) => adviceOf(n, 1_001, { moveMs: 0, busy }))
    expect(last! - first!).toBe(1_000 * gap)
  },
)

it("however many there are and however busy it was, they are back within 30 s of its restart", () => {
  expect(adviceOf(99_999, 100_000, { moveMs: 0, busy: 1 })).toBe(RESTART_MS + 30_000)
})
