/**
 * Where the state lives that may be lost: in this process, or in a Redis that gateways share.
 *
 * Always true: without a Redis nothing of it is loaded.
 */
import type { Broker } from "@parley/runtime/Broker"
import { layer as brokerMemory } from "@parley/runtime/broker/BrokerMemory"
import type { Presence } from "@parley/runtime/Presence"
import { layer as presenceMemory } from "@parley/runtime/presence/PresenceMemory"
import type { RedisStats } from "@parley/runtime/redis/RedisLink"
import type { RedisTarget } from "@parley/runtime/redis/RedisTarget"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type UseOnce, usedHere } from "./auth/useOnce.ts"
import type { RateStore } from "./limits/RateStore.ts"
import { RateStoreMemory } from "./limits/RateStoreMemory.ts"

export interface SoftState {
  readonly ports: Layer.Layer<Broker | Presence>
  readonly rates: RateStore
  readonly useOnce: (now: () => number) => UseOnce
  /** Absent in process. */
  readonly redis?: () => RedisStats
}

export const softState = (redis: RedisTarget | undefined): Effect.Effect<SoftState, never, Scope.Scope> =>
  redis === undefined
    ? Effect.sync(inProcess)
    : Effect.flatMap(
        Effect.promise(() => import("./softStateRedis.ts")),
        ({ onRedis }) => onRedis(redis),
      )

const inProcess = (): SoftState => ({
  ports: Layer.merge(brokerMemory, presenceMemory),
  rates: new RateStoreMemory(),
  useOnce: usedHere,
})
