/** Laws of the buckets in memory, over any traffic. */
import * as fc from "fast-check"
import { expect, it } from "vitest"
import type { Ask } from "../../src/limits/RateStore.ts"
import { RateStoreMemory } from "../../src/limits/RateStoreMemory.ts"
import { TokenBucket } from "../../src/limits/TokenBucket.ts"

const rates = [
  { limiter: "user", rate: 2, burst: 3 },
  { limiter: "requests", rate: 0.5, burst: 10 },
] as const

const traffic = fc.array(
  fc.record({
    of: fc.constantFrom(...rates),
    key: fc.integer({ min: 0, max: 9 }),
    cost: fc.integer({ min: 1, max: 3 }),
    pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30_000 })),
  }),
  { maxLength: 300 },
)

/** Forgets nothing. */
const everything = () => {
  const buckets = new Map<string, TokenBucket>()
  return ({ burst, cost, key, limiter, rate }: Ask, now: number) => {
    const name = `${limiter} ${key}`
    const bucket = buckets.get(name) ?? new TokenBucket(burst, now)
    buckets.set(name, bucket)
    const wait = bucket.wait(rate, burst, now, cost)
    if (wait === 0) bucket.take(cost)
    return wait
  }
}

it("a bucket that was forgotten for its age was full: every answer is that of a store that forgets nothing", () => {
  fc.assert(
    fc.property(traffic, (asked) => {
      const [store, reference] = [new RateStoreMemory(), everything()]
      let now = 0
      for (const { cost, key, of, pause } of asked) {
        now += pause
        const ask = { ...of, key: `k${key}`, cost }
        const taken = store.take([ask], now)
        expect(taken._tag === "Refused" ? taken.retryAfterMs : 0).toBe(reference(ask, now))
      }
    }),
    { numRuns: 100 },
  )
})

it("whatever keys come, and however fast, there are never more buckets than it may have", () => {
  const most = 100
  const keys = fc.array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 500 })), {
    minLength: 500,
    maxLength: 1_500,
  })
  fc.assert(
    fc.property(keys, (asked) => {
      const store = new RateStoreMemory(most)
      let now = 0
      for (const [key, pause] of asked) {
        now += pause
        store.take([{ ...rates[0], key: String(key), cost: 1 }], now)
        expect(store.size()).toBeLessThanOrEqual(most)
      }
    }),
    { numRuns: 20 },
  )
})

it("buckets that nobody asks for go away by themselves", () => {
  const store = new RateStoreMemory()
  const ask = (key: string, now: number) => store.take([{ ...rates[0], key, cost: 1 }], now)
  for (let i = 0; i < 1_000; i++) ask(`k${i}`, 0)
  for (let second = 1; second <= 10; second++) ask("still here", second * 1_000)
  expect(store.size()).toBe(1)
})

it("takes from all buckets or from none, and names the one with the longest wait", () => {
  const store = new RateStoreMemory()
  const both = [
    { ...rates[0], key: "a", cost: 1 },
    { ...rates[1], key: "a", cost: 1 },
  ]
  for (let i = 0; i < 3; i++) expect(store.take(both, 0)).toEqual({ _tag: "Taken" })
  expect(store.take(both, 0)).toEqual({ _tag: "Refused", which: 0, retryAfterMs: 500 })
  for (let i = 0; i < 7; i++) expect(store.take([both[1]!], 0)._tag).toBe("Taken")
  expect(store.take(both, 0)).toEqual({ _tag: "Refused", which: 1, retryAfterMs: 2_000 })
})
