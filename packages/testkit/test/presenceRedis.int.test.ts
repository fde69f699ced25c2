/** Presence and routing on a Redis that forgets everything, dies and comes back. */
import { type Connection, Presence } from "@parley/runtime/Presence"
import { layer } from "@parley/runtime/presence/PresenceRedis"
import { Routing } from "@parley/runtime/Routing"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { eventually } from "../src/eventually.ts"
import { linkTo, redisForAll } from "../src/oneRedis.ts"
import { redisIsHere } from "../src/throwawayRedis.ts"

const HEARTBEAT_MS = 1_000
const on = (user: string, device: string): Connection => ({ user, device, session: `ses-${user}-${device}` })

describe.runIf(redisIsHere())("presence and routing on a Redis", () => {
  const redis = redisForAll()
  const gateway = Effect.map(
    Layer.build(
      Layer.fresh(
        Layer.provide(
          layer({ heartbeat: HEARTBEAT_MS }),
          linkTo(redis, (target) => ({ target, commandTimeoutMs: 500 })),
        ),
      ),
    ),
    (context) => ({
      presence: Effect.runSync(Effect.provide(Presence, context)),
      routing: Effect.runSync(Effect.provide(Routing, context)),
    }),
  )
  const sees = (one: Presence["Service"], user: string, status: string, withinMs?: number) =>
    eventually(async () => {
      const [seen] = await Effect.runPromise(one.of([user]))
      expect(seen!.status).toBe(status)
    }, withinMs)

  it.live(
    "says which gateways a person is connected to, and knows everything again after a FLUSHALL",
    () =>
      Effect.gen(function* () {
        const [here, there] = [yield* gateway, yield* gateway]
        const names = Array.from({ length: 50 }, (_, index) => `person-${index}`)
        for (const name of names) here.presence.connect(on(name, "phone"))
        for (const name of names) here.presence.say(on(name, "phone"), "online")
        there.presence.connect(on("person-0", "laptop"))
        const { gatewaysOf } = here.routing
        yield* eventually(async () => {
          const found = await Effect.runPromise(gatewaysOf("person-0"))
          expect(found.toSorted()).toEqual([here.routing.self, there.routing.self].toSorted())
        })
        expect(yield* there.routing.gatewaysOf("person-1")).toEqual([here.routing.self])
        expect(yield* there.routing.gatewaysOf("nobody")).toEqual([])

        yield* Effect.promise(redis().flush)
        yield* eventually(async () => {
          const seen = await Effect.runPromise(there.presence.of(names))
          expect(seen.map(({ status }) => status)).toEqual(names.map(() => "online"))
        })
        expect(yield* there.routing.gatewaysOf("person-49")).toEqual([here.routing.self])
      }).pipe(Effect.scoped),
    20_000,
  )

  it.live(
    "killed: each gateway shows its own people; started again: everybody, and watchers are told",
    () =>
      Effect.gen(function* () {
        const [here, there] = [yield* gateway, yield* gateway]
        there.presence.connect(on("dan", "phone"))
        yield* sees(here.presence, "dan", "away")
        let told = 0
        yield* here.presence.watch("eve", () => told++)

        yield* Effect.promise(redis().kill9)
        yield* sees(here.presence, "dan", "offline")
        here.presence.connect(on("fay", "phone"))
        here.presence.say(on("fay", "phone"), "online")
        expect(yield* here.presence.of(["fay"])).toEqual([{ user: "fay", status: "online" }])
        expect(yield* here.presence.foreground("fay")).toEqual(["phone"])
        const unknown = yield* Effect.flip(here.routing.gatewaysOf("fay"))
        expect(unknown).toMatchObject({ _tag: "Unavailable" })
        // Said while nobody hears it.
        there.presence.connect(on("eve", "phone"))
        expect(told).toBe(0)

        yield* Effect.promise(redis().restart)
        yield* eventually(() => expect(told).toBeGreaterThan(0))
        yield* sees(here.presence, "eve", "away")
        yield* sees(here.presence, "dan", "away")
        yield* sees(there.presence, "fay", "online")
      }).pipe(Effect.scoped),
    30_000,
  )
})
