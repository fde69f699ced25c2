/** Laws of what is given up under pressure, over any course of the load. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  calm,
  defaultThresholds,
  demandOf,
  given,
  type Sample,
  type Shedding,
  step,
} from "../../src/limits/Shedding.ts"
import { shedOrder } from "../../src/limits/shedOrder.ts"

const load = fc.record({
  loopDelayMs: fc.integer({ min: 0, max: 600 }),
  storeWaiting: fc.integer({ min: 0, max: 20_000 }),
})
type Load = typeof load extends fc.Arbitrary<infer A> ? A : never
const course = fc.array(load, { maxLength: 200 })

/** Twice a second. */
const samples = (loads: ReadonlyArray<Load>): ReadonlyArray<Sample> =>
  loads.map((one, index) => ({ ...one, at: index * 500 }))

/** The state after each sample, and before the first. */
const states = (loads: ReadonlyArray<Load>): ReadonlyArray<Shedding> => {
  const passed: Array<Shedding> = [calm]
  for (const sample of samples(loads)) passed.push(step(passed.at(-1)!, sample))
  return passed
}
const levels = (loads: ReadonlyArray<Load>): ReadonlyArray<number> => states(loads).map(({ level }) => level)

const always = (level: number): Load => ({
  loopDelayMs: level === 0 ? 0 : defaultThresholds.loopDelayMs[level - 1]!,
  storeWaiting: 0,
})
const repeated = (one: Load, times: number): ReadonlyArray<Load> => Array.from({ length: times }, () => one)

it("what is given up is a beginning of the design's order", () => {
  fc.assert(
    fc.property(course, (loads) => {
      for (const state of states(loads)) expect(given(state)).toEqual(shedOrder.slice(0, state.level))
    }),
  )
})

it("nothing more is given up than two samples in a row demand", () => {
  fc.assert(
    fc.property(course, (loads) => {
      const demands = samples(loads).map((sample) => demandOf(sample, defaultThresholds))
      const seen = levels(loads)
      for (let at = 1; at < seen.length; at++)
        if (seen[at]! > seen[at - 1]!) expect(seen[at]).toBe(Math.min(demands[at - 1]!, demands[at - 2] ?? 0))
    }),
  )
})

it("the level falls by one at a time, each after five calm seconds", () => {
  fc.assert(
    fc.property(course, (loads) => {
      const seen = levels(loads)
      let changedAt = 0
      for (let at = 1; at < seen.length; at++) {
        if (seen[at]! < seen[at - 1]!) {
          expect(seen[at]).toBe(seen[at - 1]! - 1)
          expect(at - changedAt).toBeGreaterThanOrEqual(10)
        }
        if (seen[at] !== seen[at - 1]) changedAt = at
      }
    }),
  )
})

it("more load never means that less is given up", () => {
  fc.assert(
    fc.property(course, fc.nat(100), fc.nat(3_000), (loads, delay, waiting) => {
      const heavier = loads.map((one) => ({
        loopDelayMs: one.loopDelayMs + delay,
        storeWaiting: one.storeWaiting + waiting,
      }))
      const [less, more] = [levels(loads), levels(heavier)]
      for (const [at, level] of less.entries()) expect(more[at]).toBeGreaterThanOrEqual(level)
    }),
  )
})

it("whatever went before, a minute of quiet ends in giving up nothing", () => {
  fc.assert(
    fc.property(course, (loads) => {
      expect(levels([...loads, ...repeated(always(0), 120)]).at(-1)).toBe(0)
    }),
  )
})

describe("hysteresis", () => {
  it.each([1, 2, 3, 4])(
    "load that swings between half of threshold %i and the whole switches once",
    (level) => {
      const whole = defaultThresholds.loopDelayMs[level - 1]!
      const swing = Array.from({ length: 400 }, (_, index) => ({
        loopDelayMs: index < 2 || index % 3 === 0 ? whole : whole / 2,
        storeWaiting: 0,
      }))
      const seen = levels(swing)
      expect(seen.filter((one, at) => at > 0 && one !== seen[at - 1]).length).toBe(1)
      expect(seen.at(-1)).toBe(level)
    },
  )

  it("a single pause of the event loop, however long, gives up nothing", () => {
    expect(levels([always(0), { loopDelayMs: 60_000, storeWaiting: 0 }, always(0), always(0)])).toEqual([
      0, 0, 0, 0, 0,
    ])
  })

  it("the store alone is enough", () => {
    expect(levels(repeated({ loopDelayMs: 0, storeWaiting: 8_000 }, 2)).at(-1)).toBe(3)
  })
})
