/**
 * Which stream tokens have been used: in this process, or on any gateway.
 *
 * Always true: on one gateway a token is good for one connection, whatever else happens. While Redis does not answer, and
 * when it has lost its memory, a token may open one connection on each gateway within the minute that it lives: people come in.
 */
import type { RedisLink } from "@parley/runtime/redis/RedisLink"
import * as Effect from "effect/Effect"

/** True the first time for each id. `now`, `expiresAt`: milliseconds. */
export type UseOnce = (id: string, expiresAt: number) => Effect.Effect<boolean>

export const usedHere = (now: () => number): UseOnce => {
  const remembered = rememberIds(now)
  return (id, expiresAt) => Effect.sync(() => remembered(id, expiresAt))
}

export const usedAnywhere =
  (link: Pick<RedisLink["Service"], "prefix" | "setIfAbsent">) =>
  (now: () => number): UseOnce => {
    const remembered = rememberIds(now)
    return (id, expiresAt) =>
      Effect.suspend(() => {
        if (!remembered(id, expiresAt)) return Effect.succeed(false)
        return link
          .setIfAbsent(`${link.prefix}t:${id}`, expiresAt - now())
          .pipe(Effect.catchTag("Unavailable", () => Effect.succeed(true)))
      })
  }

/** Remembers ids until they expire. They live equally long, so the oldest stand first, give or take that life. */
const rememberIds = (now: () => number): ((id: string, expiresAt: number) => boolean) => {
  const ids = new Map<string, number>()
  return (id, expiresAt) => {
    const at = now()
    for (const [old, until] of ids) {
      if (until > at) break
      ids.delete(old)
    }
    if (ids.has(id) || expiresAt <= at) return false
    ids.set(id, expiresAt)
    return true
  }
}
