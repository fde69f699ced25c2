/** What is published at one gateway reaches the people at another, by Redis, or late by the log when Redis loses it. */
import { Broker } from "@parley/runtime/Broker"
import { layer } from "@parley/runtime/broker/BrokerRedis"
import { RedisLink } from "@parley/runtime/redis/RedisLink"
import { eventually } from "@parley/testkit/eventually"
import { linkTo, redisForAll } from "@parley/testkit/oneRedis"
import { redisIsHere } from "@parley/testkit/throwawayRedis"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Missed } from "../../src/stream/Missed.ts"
import { online } from "./online.ts"
import { cnv } from "./TestLog.ts"
import type { TestWire } from "./TestWire.ts"
import { World } from "./World.ts"

const A = cnv(1)

describe.runIf(redisIsHere())("two gateways on a Redis", () => {
  const redis = redisForAll()
  const gateway = Effect.gen(function* () {
    const linked = Layer.provideMerge(
      layer,
      linkTo(redis, (target) => ({ target, commandTimeoutMs: 500 })),
    )
    const context = yield* Layer.build(Layer.fresh(linked))
    return {
      broker: yield* Effect.provide(Broker, context),
      link: yield* Effect.provide(RedisLink, context),
    }
  })
  const two = Effect.gen(function* () {
    const [here, elsewhere] = [yield* gateway, yield* gateway]
    const world = new World({ brokers: { here: here.broker, elsewhere: elsewhere.broker } })
    world.found(A, "ann", "bob")
    return { here, elsewhere, world }
  })
  /** As long as it takes until the connection is live. */
  const live = (world: World, user: string) =>
    Effect.tap(
      Effect.promise(() => online(world, user)),
      ({ wire }) => eventually(() => expect(wire.story().at(-1)).toBe("ack")),
    )
  const seqs = (wire: TestWire): ReadonlyArray<number> =>
    wire.frames.flatMap(({ seq, type }) => (type === "message.new" ? [seq!] : []))

  it.live(
    "what Redis loses is read from the log: when the repair feed names it, or when the next announcement comes",
    () =>
      Effect.gen(function* () {
        const { elsewhere, here, world } = yield* two
        const { wire } = yield* live(world, "bob")
        world.say(A)
        yield* eventually(() => expect(seqs(wire)).toEqual([1]))

        yield* Effect.promise(redis().kill9)
        yield* eventually(() =>
          expect([here, elsewhere].map(({ link }) => link.connected())).toEqual([false, false]),
        )
        world.say(A)
        world.say(A)
        expect(elsewhere.link.stats().dropped).toBe(2)
        world.repair()
        yield* eventually(() => expect(seqs(wire)).toEqual([1, 2, 3]))
        world.say(A)

        yield* Effect.promise(redis().restart)
        yield* eventually(() =>
          expect([here.link.stats().losses, elsewhere.link.connected()]).toEqual([1, true]),
        )
        world.say(A)
        yield* eventually(() => expect(seqs(wire)).toEqual([1, 2, 3, 4, 5]))
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live(
    "receipts that Redis loses are told from the models once it is back",
    () =>
      Effect.gen(function* () {
        const { here, world } = yield* two
        const { session, wire } = yield* live(world, "ann")
        const missed = new Missed()
        yield* here.broker.subscribeLosses(() => missed.note([session]))
        world.say(A, "ann")
        yield* eventually(() => expect(seqs(wire)).toEqual([1]))
        yield* Effect.promise(redis().kill9)
        yield* eventually(() => expect(here.link.connected()).toBe(false))
        world.gathered.accept({ user: "bob", conversation: A, kind: "read", device: "phone", seq: 1 })
        yield* world.gathered.flushAll
        yield* Effect.promise(redis().restart)
        const receipts = () => wire.frames.filter(({ type }) => type === "receipt.read")
        expect(receipts()).toEqual([])
        yield* eventually(() => {
          missed.round()
          world.tick()
          expect(receipts()).toMatchObject([{ payload: { user_id: "bob", up_to_seq: 1 } }])
        })
      }).pipe(Effect.scoped),
    30_000,
  )
})
