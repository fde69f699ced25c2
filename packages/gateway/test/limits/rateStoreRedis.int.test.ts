/** Limits that gateways share by a Redis, and what becomes of them when it dies. */
import { defaultLimits } from "@parley/domain/limits"
import { RedisLink } from "@parley/runtime/redis/RedisLink"
import { eventually } from "@parley/testkit/eventually"
import { linkTo, redisForAll } from "@parley/testkit/oneRedis"
import { redisIsHere } from "@parley/testkit/throwawayRedis"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RateLimiter } from "../../src/limits/RateLimiter.ts"
import type { Ask, RateStore } from "../../src/limits/RateStore.ts"
import { rateStoreRedis } from "../../src/limits/RateStoreRedis.ts"

const ask = (key: string, rate: number, burst: number, cost = 1): Ask => ({
  limiter: "user",
  key,
  rate,
  burst,
  cost,
})

const passed = (store: RateStore, asked: Ask): boolean => store.take([asked], Date.now())._tag === "Taken"
const passes = (store: RateStore, asked: Ask, tries: number): number =>
  Array.from({ length: tries }, () => passed(store, asked)).filter(Boolean).length

describe.each([{ cluster: false }, { cluster: true }])(
  "limits shared by a Redis (cluster: $cluster)",
  (options) => {
    describe.runIf(redisIsHere())("of its own", () => {
      const redis = redisForAll(options)
      const gateway = Effect.gen(function* () {
        const context = yield* Layer.build(
          Layer.fresh(linkTo(redis, (target) => ({ target, commandTimeoutMs: 500 }))),
        )
        const link = yield* Effect.provide(RedisLink, context)
        return { link, store: yield* rateStoreRedis(link) }
      })

      it.live(
        "what is taken at one gateway is missing at the other, and what was let through too much is owed",
        () =>
          Effect.gen(function* () {
            const [here, there] = [yield* gateway, yield* gateway]
            const slowly = ask("ann", 0.01, 10)
            expect(passes(here.store, slowly, 20)).toBe(10)
            // The other has not heard of it: at most a burst more, and only once.
            yield* eventually(() => expect(passed(there.store, slowly)).toBe(false))
            const third = yield* gateway
            expect(passes(third.store, slowly, 1)).toBe(1)
            yield* eventually(() => expect(passed(third.store, slowly)).toBe(false))
            const { retryAfterMs } = { retryAfterMs: 0, ...here.store.take([slowly], Date.now()) }
            expect(retryAfterMs).toBeGreaterThan(50_000)
          }).pipe(Effect.scoped),
      )

      it.live("a refusal takes nothing, from any of the buckets asked for", () =>
        Effect.gen(function* () {
          const { store } = yield* gateway
          const [plenty, little] = [ask("plenty", 0.01, 5), ask("little", 0.01, 1)]
          expect(store.take([plenty, little], Date.now())._tag).toBe("Taken")
          expect(store.take([plenty, little], Date.now())).toMatchObject({ _tag: "Refused", which: 1 })
          expect(passes(store, plenty, 10)).toBe(4)
        }).pipe(Effect.scoped),
      )

      // What follows has nothing to do with where buckets are.
      if (options.cluster) return

      it.live(
        "however hard gateways are pressed, together they let through burst + rate × t, and what the others had not heard of, which is owed",
        () =>
          Effect.gen(function* () {
            const stores = [yield* gateway, yield* gateway, yield* gateway].map(({ store }) => store)
            const [rate, burst] = [200, 20]
            const keys = ["eve", "fay", "gus"].map((key) => ask(key, rate, burst))
            const through = keys.map(() => 0)
            const began = performance.now()
            while (performance.now() - began < 1_500) {
              for (const [index, key] of keys.entries())
                for (const store of stores) through[index]! += passes(store, key, 5)
              yield* Effect.sleep(5)
            }
            const seconds = (performance.now() - began) / 1_000
            /** Between two settlings, on a busy machine. */
            const late = 0.2
            for (const count of through) {
              const unheard = (stores.length - 1) * (burst + rate * late)
              expect(count).toBeLessThanOrEqual(burst + rate * seconds + unheard)
              // Nobody is held back for good either.
              expect(count).toBeGreaterThan((rate * seconds) / 3)
            }
          }).pipe(Effect.scoped),
      )

      it.live(
        "when Redis dies messages go on within what each gateway lets through alone, groups are unavailable, and when it is back both are shared again",
        () =>
          Effect.gen(function* () {
            const { link, store } = yield* gateway
            const limiter = new RateLimiter({ ...defaultLimits, messages_burst: 3 }, store)
            const message = () => limiter.takeMessage("dan", "talk", 2, Date.now())
            expect(limiter.takeGroup("dan", 2, Date.now()).ok).toBe(true)
            yield* Effect.promise(redis().kill9)
            yield* eventually(() => expect(link.connected()).toBe(false))
            expect(Array.from({ length: 5 }, () => message().ok)).toEqual([true, true, true, false, false])
            expect(limiter.takeGroup("dan", 2, Date.now())).toMatchObject({ ok: false, away: true })
            expect(limiter.away).toBe(6)
            yield* Effect.promise(redis().restart)
            yield* eventually(() => expect(limiter.takeGroup("dan", 2, Date.now()).ok).toBe(true))
          }).pipe(Effect.scoped),
        30_000,
      )
    })
  },
)
