import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { PostgresRefused, PostgresUnavailable, StoreUnavailable } from "../src/errors.ts"
import { patiently } from "../src/patience.ts"

const away = new PostgresUnavailable({ reason: "ECONNREFUSED" })

/** An engine that fails as it is told to, and counts how often it was asked. */
class Engine<E> {
  asked = 0
  failure: E | undefined
  constructor(failure: E) {
    this.failure = failure
  }
  readonly ask: Effect.Effect<string, E> = Effect.suspend(() => {
    this.asked += 1
    return this.failure === undefined ? Effect.succeed("there") : Effect.fail(this.failure)
  })
}

const logged = () => {
  const lines: Array<string> = []
  const layer = Logger.layer([Logger.make((entry) => void lines.push(Logger.formatLogFmt.log(entry)))])
  return { lines, layer }
}

describe("patience at the start", () => {
  it.effect("an engine that comes back in time is found, and was told of once however many waited", () => {
    const { lines, layer } = logged()
    return Effect.gen(function* () {
      const engine = new Engine<PostgresUnavailable>(away)
      const patient = patiently("Postgres", "30 seconds")
      const waiting = yield* Effect.forkChild(
        Effect.all([patient(engine.ask), patient(engine.ask), patient(engine.ask)], {
          concurrency: "unbounded",
        }),
      )
      yield* TestClock.adjust("29 seconds")
      engine.failure = undefined
      yield* TestClock.adjust("2 seconds")
      expect(yield* Fiber.join(waiting)).toEqual(["there", "there", "there"])
      expect(lines).toEqual([
        expect.stringMatching(/level=WARN.*waiting for Postgres, 30s at most.*ECONNREFUSED/),
      ])
      engine.failure = away
      const again = yield* Effect.forkChild(patient(engine.ask))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(again)
      expect(lines).toHaveLength(2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("one that stays away is given up with its own words, after 30 s and some twenty questions", () =>
    Effect.gen(function* () {
      const engine = new Engine(new StoreUnavailable({ reason: "unavailable (14)" }))
      const waiting = yield* Effect.forkChild(Effect.flip(patiently("the store", "30 seconds")(engine.ask)))
      yield* TestClock.adjust("29 seconds")
      expect(waiting.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("5 seconds")
      expect(yield* Fiber.join(waiting)).toMatchObject({ reason: "unavailable (14)" })
      expect(engine.asked).toBeGreaterThan(15)
      expect(engine.asked).toBeLessThan(30)
    }),
  )

  it.effect("what waiting does not help is asked once", () => {
    const { lines, layer } = logged()
    return Effect.gen(function* () {
      const engine = new Engine(new PostgresRefused({ reason: "credentials", detail: "28P01" }))
      const failure = yield* Effect.flip(patiently("Postgres", "30 seconds")(engine.ask))
      expect([failure.reason, engine.asked, lines]).toEqual(["credentials", 1, []])
    }).pipe(Effect.provide(layer))
  })
})
