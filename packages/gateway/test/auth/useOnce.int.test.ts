/** A stream token is good for one connection, on whichever gateway. */
import { RedisLink } from "@parley/runtime/redis/RedisLink"
import { eventually } from "@parley/testkit/eventually"
import { linkTo, redisForAll } from "@parley/testkit/oneRedis"
import { redisIsHere } from "@parley/testkit/throwawayRedis"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { StreamTokens } from "../../src/auth/StreamTokens.ts"
import { usedAnywhere } from "../../src/auth/useOnce.ts"

const secret = Redacted.make("a stream secret of thirty-two bytes")
const to = { userId: "ann", deviceId: "phone", accessExpiresAt: 0 }

describe.runIf(redisIsHere())("a stream token, with many gateways", () => {
  const redis = redisForAll()
  const gateway = Effect.gen(function* () {
    const context = yield* Layer.build(
      Layer.fresh(linkTo(redis, (target) => ({ target, commandTimeoutMs: 500 }))),
    )
    const link = yield* Effect.provide(RedisLink, context)
    const tokens = yield* Layer.build(Layer.fresh(StreamTokens.layer(secret, usedAnywhere(link))))
    return { link, tokens: yield* Effect.provide(StreamTokens, tokens) }
  })

  it.live("is used up by one of those who come with it at the same moment, wherever they come", () =>
    Effect.gen(function* () {
      const gateways = [yield* gateway, yield* gateway, yield* gateway]
      const { token } = yield* gateways[0]!.tokens.issue(to)
      const grant = yield* gateways[1]!.tokens.verify(token)
      const uses = yield* Effect.all(
        [...gateways, ...gateways].map(({ tokens }) => tokens.use(grant)),
        { concurrency: "unbounded" },
      )
      expect(uses.filter(Boolean)).toHaveLength(1)
    }).pipe(Effect.scoped),
  )

  it.live(
    "lets people in while Redis is away or hangs, on each gateway once; Redis forgets it when it has expired",
    () =>
      Effect.gen(function* () {
        const [here, there] = [yield* gateway, yield* gateway]
        const grantOf = Effect.flatMap(here.tokens.issue(to), ({ token }) => here.tokens.verify(token))
        const hanging = yield* grantOf
        redis().freeze()
        const before = performance.now()
        expect([yield* here.tokens.use(hanging), yield* here.tokens.use(hanging)]).toEqual([true, false])
        expect(performance.now() - before).toBeLessThan(3_000)
        redis().thaw()
        yield* Effect.promise(redis().kill9)
        yield* eventually(() =>
          expect([here.link.connected(), there.link.connected()]).toEqual([false, false]),
        )
        const grant = yield* grantOf
        expect([yield* here.tokens.use(grant), yield* here.tokens.use(grant)]).toEqual([true, false])
        expect(yield* there.tokens.use(grant)).toBe(true)
        yield* Effect.promise(redis().restart)
        yield* eventually(() => expect(here.link.connected()).toBe(true))
        const next = yield* grantOf
        expect(yield* here.tokens.use(next)).toBe(true)
        const answer = yield* Effect.promise(() => redis().ask(["PTTL", `parley:t:${next.id}`]))
        const ttl = Number(/:(\d+)/.exec(answer)?.[1])
        expect(ttl).toBeGreaterThan(0)
        expect(ttl).toBeLessThanOrEqual(60_000)
      }).pipe(Effect.scoped),
    30_000,
  )
})
