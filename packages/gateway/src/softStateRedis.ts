/** Soft state in a Redis that gateways share. */
import { layer as broker } from "@parley/runtime/broker/BrokerRedis"
import { layer as presence } from "@parley/runtime/presence/PresenceRedis"
import { openRedis, RedisLink } from "@parley/runtime/redis/RedisLink"
import type { RedisTarget } from "@parley/runtime/redis/RedisTarget"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { usedAnywhere } from "./auth/useOnce.ts"
import { rateStoreRedis } from "./limits/RateStoreRedis.ts"
import type { SoftState } from "./SoftState.ts"

export const onRedis = Effect.fnUntraced(function* (
  target: RedisTarget,
): Effect.fn.Return<SoftState, never, Scope.Scope> {
  const link = yield* openRedis({ target })
  return {
    ports: Layer.merge(broker, presence()).pipe(Layer.provide(Layer.succeed(RedisLink, link))),
    rates: yield* rateStoreRedis(link),
    useOnce: usedAnywhere(link),
    redis: link.stats,
  }
})
