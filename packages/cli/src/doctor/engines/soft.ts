/** Redis: that it answers, and keeps what it is given for as long as it was told to. */
import type { Unavailable } from "@parley/runtime/errors"
import type { RedisLook } from "@parley/runtime/redis/lookAtRedis"
import { fail, type Finding, ok, warn } from "../Finding.ts"
import { type Blind, blind, type Look } from "./Look.ts"

export const noRedis = ({ reason }: Unavailable): Blind =>
  blind(
    `It does not answer (${reason}): processes serve alone, and tell each other nothing.`,
    "See that it runs, that this machine reaches it, and PARLEY_REDIS_URL: TLS, user and password.",
  )

/** Everything has a time to live, so this takes first what would go first anyway. */
const harmless = "volatile-ttl"

export const examineRedis = (redis: Look<ReadonlyArray<RedisLook>>): Finding => {
  const name = "redis"
  if (redis._tag === "Blind") return fail(name, redis.detail, redis.remedy)
  const servers = redis.seen.map(({ address, version }) => `Redis ${version} at ${address}`).join(", ")
  const harmful = redis.seen.find(({ evicts }) => evicts !== undefined && evicts !== harmless)
  if (harmful === undefined) return ok(name, servers)
  const { address, evicts } = harmful
  return warn(
    name,
    evicts === "noeviction"
      ? `When the memory of ${address} is full it takes nothing more: no presence, no shared limits (maxmemory-policy noeviction).`
      : `When the memory of ${address} is full it may forget who is there and which tokens were used (maxmemory-policy ${evicts}).`,
    `Set maxmemory-policy to ${harmless}.`,
  )
}
