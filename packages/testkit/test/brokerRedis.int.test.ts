/** The broker on a Redis that dies, hangs, forgets everything, or is told nonsense. */
import { type Announcement, Broker } from "@parley/runtime/Broker"
import { layer } from "@parley/runtime/broker/BrokerRedis"
import { RedisLink } from "@parley/runtime/redis/RedisLink"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { eventually } from "../src/eventually.ts"
import { linkTo, redisForAll } from "../src/oneRedis.ts"
import { redisIsHere, type ThrowawayRedis } from "../src/throwawayRedis.ts"

const one = (seq: number, frame = `a/${seq}`): Announcement => ({
  conversation: "a",
  seq,
  position: seq,
  frame: Buffer.from(frame),
})

const PASSWORD = "a password: that must not be seen"

const gatewayOn = (redis: () => ThrowawayRedis) =>
  Effect.map(
    Layer.build(
      Layer.fresh(
        Layer.provideMerge(
          layer,
          linkTo(redis, (target) => ({ target, commandTimeoutMs: 500, mostWaitingBytes: 100_000 })),
        ),
      ),
    ),
    (context) => ({
      broker: Effect.runSync(Effect.provide(Broker, context)),
      link: Effect.runSync(Effect.provide(RedisLink, context)),
    }),
  )

describe.runIf(redisIsHere())("brokers on a Redis", () => {
  const redis = redisForAll({ password: PASSWORD })
  const gateway = gatewayOn(redis)

  it.live(
    "that is killed and started again: publishing never waits, what is lost is counted, everything is subscribed again and a loss is told",
    () =>
      Effect.gen(function* () {
        const [here, there] = [yield* gateway, yield* gateway]
        const [near, far]: [Array<number>, Array<number>] = [[], []]
        let losses = 0
        yield* here.broker.subscribeConversation("a", ({ seq }) => near.push(seq))
        yield* there.broker.subscribeConversation("a", ({ seq }) => far.push(seq))
        yield* there.broker.subscribeLosses(() => losses++)
        here.broker.publish(one(0))
        yield* eventually(() => expect(far).toEqual([0]))

        yield* Effect.promise(redis().kill9)
        yield* eventually(() =>
          expect([here, there].map(({ link }) => link.connected())).toEqual([false, false]),
        )
        const before = performance.now()
        for (let seq = 1; seq <= 1_000; seq++) here.broker.publish(one(seq))
        expect(performance.now() - before).toBeLessThan(1_000)
        // The publisher's own receivers need no Redis, nor does subscribing wait for it.
        expect(near).toHaveLength(1_001)
        yield* there.broker.subscribeConversation("b", () => undefined)
        expect(here.link.stats()).toMatchObject({
          connected: false,
          lost: 1,
          dropped: 1_000,
          waitingBytes: 0,
        })
        expect(losses).toBe(0)

        yield* Effect.promise(redis().restart)
        yield* eventually(() => expect([losses, here.link.connected()]).toEqual([1, true]))
        here.broker.publish(one(1_001))
        yield* eventually(() => expect(far).toEqual([0, 1_001]))
        expect(there.link.stats()).toMatchObject({ losses: 1, channels: 2 })
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "that hangs: at most so many bytes wait for it, the rest is dropped, and it is given up and found again",
    () =>
      Effect.gen(function* () {
        const [here, there] = [yield* gateway, yield* gateway]
        const far: Array<number> = []
        yield* there.broker.subscribeConversation("a", ({ seq }) => far.push(seq))
        redis().freeze()
        yield* Effect.gen(function* () {
          for (let seq = 0; seq < 1_000; seq++) here.broker.publish(one(seq, "x".repeat(1_000)))
          const { dropped, waitingBytes } = here.link.stats()
          expect(waitingBytes).toBeLessThanOrEqual(100_000)
          expect(dropped).toBeGreaterThan(900)
          yield* eventually(() =>
            expect(here.link.stats()).toMatchObject({ connected: false, waitingBytes: 0 }),
          )
          yield* eventually(() => expect(there.link.connected()).toBe(false))
          expect(here.link.stats().dropped).toBe(1_000)
        }).pipe(Effect.ensuring(Effect.sync(redis().thaw)))
        yield* eventually(() =>
          expect([here.link.connected(), there.link.connected(), there.link.stats().losses]).toEqual([
            true,
            true,
            1,
          ]),
        )
        here.broker.publish(one(2_000))
        yield* eventually(() => expect(far.at(-1)).toBe(2_000))
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live("that is flushed: announcements go on", () =>
    Effect.gen(function* () {
      const [here, there] = [yield* gateway, yield* gateway]
      const far: Array<number> = []
      yield* there.broker.subscribeConversation("a", ({ seq }) => far.push(seq))
      yield* Effect.promise(redis().flush)
      here.broker.publish(one(0))
      yield* eventually(() => expect(far).toEqual([0]))
    }).pipe(Effect.scoped),
  )

  it.live("on which somebody publishes what is no announcement: it is dropped and counted", () =>
    Effect.gen(function* () {
      const [here, there] = [yield* gateway, yield* gateway]
      const far: Array<number> = []
      yield* there.broker.subscribeConversation("a", ({ seq }) => far.push(seq))
      yield* there.broker.subscribeNotes("ann", () => far.push(-1))
      yield* there.broker.subscribeRevocations(() => far.push(-1))
      const nonsense = [
        "",
        "short",
        `originXX\u0001\u0000\u0000\u0000\u0002{}`,
        `originXX\u0001\u0000\u0001\u0000\u0000`,
      ]
      for (const channel of ["c:a", "u:ann", "revocations"])
        for (const payload of nonsense)
          yield* Effect.promise(() => redis().ask(["PUBLISH", `parley:${channel}`, payload]))
      yield* eventually(() => expect(there.link.stats().malformed).toBe(3 * nonsense.length))
      here.broker.publish(one(0))
      yield* eventually(() => expect(far).toEqual([0]))
    }).pipe(Effect.scoped),
  )
})

describe.runIf(redisIsHere())("brokers on a cluster", () => {
  const redis = redisForAll({ cluster: true })
  const gateway = gatewayOn(redis)

  it.live(
    "that is killed and started again: everything is subscribed again and a loss is told",
    () =>
      Effect.gen(function* () {
        const [here, there] = [yield* gateway, yield* gateway]
        const far: Array<number> = []
        let losses = 0
        yield* there.broker.subscribeConversation("a", ({ seq }) => far.push(seq))
        yield* there.broker.subscribeLosses(() => losses++)
        here.broker.publish(one(0))
        yield* eventually(() => expect(far).toEqual([0]))
        yield* Effect.promise(redis().kill9)
        yield* eventually(() =>
          expect([here, there].map(({ link }) => link.connected())).toEqual([false, false]),
        )
        here.broker.publish(one(1))
        yield* there.broker.subscribeConversation("b", () => undefined)
        yield* Effect.promise(redis().restart)
        yield* eventually(() => expect([losses > 0, here.link.connected()]).toEqual([true, true]), 20_000)
        here.broker.publish(one(2))
        yield* eventually(() => expect(far).toEqual([0, 2]))
      }).pipe(Effect.scoped),
    60_000,
  )
})
