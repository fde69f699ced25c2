/** The log's end, asked by many at once. */
import { expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { StoreUnavailable } from "../../src/errors.ts"
import { headForAll } from "../../src/eventStore/eventStoreDb/headForAll.ts"

const away = new StoreUnavailable({ reason: "away" })

/** A log whose looks are answered when the test says so. */
const aLog = () => {
  const looks: Array<Deferred.Deferred<number, StoreUnavailable>> = []
  const look = Effect.suspend(() => {
    const answer = Deferred.makeUnsafe<number, StoreUnavailable>()
    looks.push(answer)
    return Deferred.await(answer)
  })
  return { looks, head: headForAll(look) }
}

const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

it.effect("a hundred who ask at once share one look", () =>
  Effect.gen(function* () {
    const { looks, head } = aLog()
    const asked = yield* Effect.forkChild(
      Effect.all(
        Array.from({ length: 100 }, () => head),
        { concurrency: "unbounded" },
      ),
    )
    yield* settle
    expect(looks).toHaveLength(1)
    yield* Deferred.succeed(looks[0]!, 7)
    expect(new Set(yield* Fiber.join(asked))).toEqual(new Set([7]))
  }),
)

it.effect("who asks while one is at work is answered by the next, which began after the question", () =>
  Effect.gen(function* () {
    const { looks, head } = aLog()
    const first = yield* Effect.forkChild(head)
    yield* settle
    const later = yield* Effect.forkChild(Effect.all([head, head], { concurrency: "unbounded" }))
    yield* settle
    expect(looks).toHaveLength(1)
    yield* Deferred.succeed(looks[0]!, 1)
    expect(yield* Fiber.join(first)).toBe(1)
    yield* settle
    expect(looks).toHaveLength(2)
    yield* Deferred.succeed(looks[1]!, 2)
    expect(yield* Fiber.join(later)).toEqual([2, 2])
  }),
)

it.effect("a failure is told to all who asked, and the next look is as good as new", () =>
  Effect.gen(function* () {
    const { looks, head } = aLog()
    const asked = yield* Effect.forkChild(
      Effect.all([Effect.flip(head), Effect.flip(head)], { concurrency: "unbounded" }),
    )
    yield* settle
    yield* Deferred.fail(looks[0]!, away)
    expect(yield* Fiber.join(asked)).toEqual([away, away])
    const again = yield* Effect.forkChild(head)
    yield* settle
    yield* Deferred.succeed(looks[1]!, 3)
    expect(yield* Fiber.join(again)).toBe(3)
  }),
)

it.effect("who gives up leaves the others their answer", () =>
  Effect.gen(function* () {
    const { looks, head } = aLog()
    const impatient = yield* Effect.forkChild(head)
    const patient = yield* Effect.forkChild(head)
    yield* settle
    yield* Fiber.interrupt(impatient)
    yield* Deferred.succeed(looks[0]!, 5)
    expect(yield* Fiber.join(patient)).toBe(5)
    const alone = yield* Effect.forkChild(head)
    yield* settle
    yield* Fiber.interrupt(alone)
    const next = yield* Effect.forkChild(head)
    yield* settle
    // Its look goes on, as long as a look may take, and the next begins after it.
    yield* Deferred.fail(looks[1]!, away)
    yield* settle
    yield* Deferred.succeed(looks[2]!, 6)
    expect(yield* Fiber.join(next)).toBe(6)
  }),
)
