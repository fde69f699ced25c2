/** How much is taken on at a time. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { expect, it } from "vitest"
import { Admission, Busy, spread } from "../../src/limits/Admission.ts"

const started: Array<string> = []
const work = (name: string, gate: Deferred.Deferred<void>) =>
  Effect.suspend(() => {
    started.push(name)
    return Deferred.await(gate)
  })

it("so many are at work, the next wait in the order in which they came, and who comes after is refused at once", async () => {
  started.length = 0
  const admission = new Admission({ atWork: 1, waiting: 2 }, () => 0.5)
  const gates = [0, 1, 2].map(() => Deferred.makeUnsafe<void>())
  const fibers = gates.map((gate, at) => Effect.runFork(admission.admit(work(`w${at}`, gate))))
  const exit = await Effect.runPromiseExit(admission.admit(Effect.die("never")))
  expect(exit).toEqual(Exit.fail(new Busy({ retryAfterMs: 3_000 })))
  expect([started, admission.inside, admission.refused]).toEqual([["w0"], 3, 1])
  for (const [at, gate] of gates.entries()) {
    Deferred.doneUnsafe(gate, Effect.void)
    await Effect.runPromise(Fiber.join(fibers[at]!))
  }
  expect([started, admission.inside]).toEqual([["w0", "w1", "w2"], 0])
})

it("one who only waits, or gives up, lets the next one work", async () => {
  started.length = 0
  const admission = new Admission({ atWork: 1, waiting: 9 })
  const [slow, quick, never] = [0, 1, 2].map(() => Deferred.makeUnsafe<void>())
  const waits = Effect.runFork(
    admission.queue(
      Effect.andThen(
        admission.aside(Deferred.await(slow!)),
        Effect.sync(() => void started.push("waited")),
      ),
    ),
  )
  const stuck = Effect.runFork(admission.queue(work("stuck", never!)))
  const next = Effect.runFork(admission.queue(work("next", quick!)))
  expect(started).toEqual(["stuck"])
  await Effect.runPromise(Fiber.interrupt(stuck))
  Deferred.doneUnsafe(quick!, Effect.void)
  await Effect.runPromise(Fiber.join(next))
  expect(started).toEqual(["stuck", "next"])
  Deferred.doneUnsafe(slow!, Effect.void)
  await Effect.runPromise(Fiber.join(waits))
  expect([started, admission.inside]).toEqual([["stuck", "next", "waited"], 0])
})

it("whoever is refused comes back after one to five seconds, whenever chance says", () => {
  expect([0, 0.5, 0.999].map(spread)).toEqual([1_000, 3_000, 4_996])
})
