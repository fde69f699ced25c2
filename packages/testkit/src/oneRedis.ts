/** One throwaway Redis for a test file, with a link of its own for each layer that is built. */
import { randomUUID } from "node:crypto"
import { openRedis, RedisLink, type RedisOptions } from "@parley/runtime/redis/RedisLink"
import { parseRedisUrl, type RedisTarget } from "@parley/runtime/redis/RedisTarget"
import { afterAll, beforeAll } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { startRedis, type ThrowawayRedis, type ThrowawayRedisOptions } from "./throwawayRedis.ts"

const START_MS = 30_000

export const targetOf = ({ url }: Pick<ThrowawayRedis, "url">): RedisTarget => {
  const target = parseRedisUrl(url)
  if (typeof target === "string") throw new Error(target)
  return target
}

/** Starts before the tests of this file or `describe` and stops after them. */
export const redisForAll = (options: ThrowawayRedisOptions = {}): (() => ThrowawayRedis) => {
  let redis: ThrowawayRedis | undefined
  beforeAll(async () => {
    redis = await startRedis(options)
  }, START_MS)
  afterAll(() => redis?.stop())
  return () => {
    if (redis === undefined) throw new Error("Redis has not started yet")
    return redis
  }
}

export const linkTo = (
  redis: () => ThrowawayRedis,
  options: (target: RedisTarget) => RedisOptions = (target) => ({ target }),
): Layer.Layer<RedisLink> =>
  Layer.effect(
    RedisLink,
    Effect.suspend(() => openRedis(options(targetOf(redis())))),
  )

/** The layer with a link to one Redis for all that are built. */
export const oneRedis = <A, E>(
  layer: Layer.Layer<A, E, RedisLink>,
  options: ThrowawayRedisOptions = {},
): Layer.Layer<A, E> => Layer.provide(Layer.fresh(layer), Layer.fresh(linkTo(redisForAll(options))))

/** Likewise, but each that is built finds nothing of the others there. */
export const freshRedis = <A, E>(layer: Layer.Layer<A, E, RedisLink>): Layer.Layer<A, E> => {
  const apart = (target: RedisTarget): RedisOptions => ({
    target: { ...target, prefix: `parley:${randomUUID()}:` },
  })
  return Layer.provide(Layer.fresh(layer), Layer.fresh(linkTo(redisForAll(), apart)))
}
