/** Turns of a stream: the order of arrival, and nobody left waiting. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, it } from "vitest"
import { Turns } from "../../src/eventStore/eventStoreDb/Turns.ts"

const run = <A>(effect: Effect.Effect<A, unknown, never>) => Effect.runPromise(effect)

it("work on one stream is done one after another in the order in which it came, on two streams at once", () =>
  run(
    Effect.gen(function* () {
      const turns = new Turns()
      const done: Array<string> = []
      const gate = yield* Deferred.make<void>()
      const work = (name: string, wait: Effect.Effect<void> = Effect.void) =>
        Effect.andThen(
          wait,
          Effect.sync(() => done.push(name)),
        )
      const first = yield* Effect.forkChild(turns.inTurn("a", work("a1", Deferred.await(gate))))
      const rest = yield* Effect.forkChild(
        Effect.forEach(["a2", "a3", "a4"], (name) => turns.inTurn("a", work(name)), {
          concurrency: "unbounded",
        }),
      )
      yield* turns.inTurn("b", work("b1"))
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(first)
      yield* Fiber.join(rest)
      expect(done).toEqual(["b1", "a1", "a2", "a3", "a4"])
    }),
  ))

it("whoever goes away, waiting or at work, or fails, does not hold up those behind him", () =>
  run(
    Effect.gen(function* () {
      const turns = new Turns()
      const atWork = yield* Effect.forkChild(turns.inTurn("a", Effect.never))
      const waiting = yield* Effect.forkChild(turns.inTurn("a", Effect.never))
      const failing = yield* Effect.forkChild(turns.inTurn("a", Effect.fail("no")))
      const last = yield* Effect.forkChild(turns.inTurn("a", Effect.succeed("done")))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(atWork)
      expect(yield* Effect.flip(Fiber.join(failing))).toBe("no")
      expect(yield* Fiber.join(last)).toBe("done")
      expect(yield* turns.inTurn("a", Effect.succeed("again"))).toBe("again")
    }),
  ))
