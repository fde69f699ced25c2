/**
 * The engines that many processes stand on, as this machine reaches them.
 *
 * Always true: they are looked at side by side, each within its own time, so that one which is dead costs seconds and hides nothing of
 * the others.
 */
import type { Config } from "@parley/gateway/Config"
import type { Engines } from "@parley/gateway/engineSettings"
import { type LogLook, lookAtLog } from "@parley/runtime/eventStore/eventStoreDb/lookAtLog"
import { lookAtRedis, type RedisLook } from "@parley/runtime/redis/lookAtRedis"
import * as Effect from "effect/Effect"
import type { Finding } from "../Finding.ts"
import { examineClock } from "../machine.ts"
import { examineClocks } from "./clocks.ts"
import { examineDatabase, noPostgres } from "./database.ts"
import { areBeyond, examineEventStore, examineFollowers, isBehind, noLog } from "./log.ts"
import { type ClockRead, type Look, look } from "./Look.ts"
import { lookAtPlaces, lookAtPostgres, lookForKeys, type PostgresLook } from "./lookAtPostgres.ts"
import { examineRedis, noRedis } from "./soft.ts"
import { examineKeys, examineVault } from "./vault.ts"

/** Of one call. */
const answerMs = 3_000
/** Between two looks at who is behind, and how many there are at most. */
const pauseMs = 1_000
const mostLooks = 4

const lookAtStore = (url: Engines["eventStore"]) => look(lookAtLog({ url, patience: answerMs }), noLog)

/** What follows the log is looked at until it has come to where the log ended before, or stands still. */
const followersOf = Effect.fnUntraced(function* (
  { database, eventStore }: Engines,
  log: Look<LogLook>,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  if (log._tag === "Blind") return []
  let earlier = yield* look(lookAtPlaces(database), noPostgres)
  if (earlier._tag === "Blind") return []
  let now = earlier
  for (let looks = 1; looks < mostLooks && isBehind(now.seen, log.seen); looks++) {
    yield* Effect.sleep(pauseMs)
    const next = yield* look(lookAtPlaces(database), noPostgres)
    if (next._tag === "Blind") return []
    ;[earlier, now] = [now, next]
  }
  const since = areBeyond(now.seen, log.seen).length === 0 ? log : yield* lookAtStore(eventStore)
  if (since._tag === "Blind") return []
  return examineFollowers({
    log: log.seen,
    earlier: earlier.seen,
    now: now.seen,
    logSince: since.seen,
  })
})

/** The log was looked at before: a key is there before anything is sealed with it. */
const keysOf = Effect.fnUntraced(function* (
  { database }: Engines,
  log: Look<LogLook>,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  if (log._tag === "Blind") return []
  const { owners } = log.seen
  return examineKeys(owners, yield* look(lookForKeys(database, owners), noPostgres))
})

const clocksOf = (
  database: Look<PostgresLook>,
  redis: Look<ReadonlyArray<RedisLook>> | undefined,
): ReadonlyMap<string, ClockRead> =>
  new Map([
    ...(database._tag === "Seen" ? [["Postgres", database.seen.clock] as const] : []),
    ...(redis?._tag === "Seen"
      ? redis.seen.map(({ address, clock }) => [`Redis at ${address}`, clock] as const)
      : []),
  ])

export const examineEngines = Effect.fnUntraced(function* (
  { redis: target, masterKeyFile }: Config,
  engines: Engines,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const [log, database, redis] = yield* Effect.all(
    [
      lookAtStore(engines.eventStore),
      look(lookAtPostgres(engines.database), noPostgres),
      target === undefined ? Effect.succeed(undefined) : look(lookAtRedis(target, answerMs), noRedis),
    ],
    { concurrency: "unbounded" },
  )
  return [
    examineEventStore(log),
    ...examineDatabase(database, engines.cluster !== undefined),
    ...(database._tag === "Seen" ? yield* followersOf(engines, log) : []),
    yield* examineVault(masterKeyFile!, database),
    ...(database._tag === "Seen" ? yield* keysOf(engines, log) : []),
    ...(redis === undefined ? [] : [examineRedis(redis)]),
    examineClock(log._tag === "Seen" ? log.seen.last?.created : undefined),
    ...examineClocks(clocksOf(database, redis)),
  ]
})
