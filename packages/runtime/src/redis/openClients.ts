/**
 * The connections to Redis, by ioredis: one for commands and one that listens; in a cluster one object that has both to each node.
 *
 * Always true: nothing is queued while there is no connection, nothing is sent twice, and a connection that owes an answer for
 * `commandTimeoutMs` twice over is replaced. Connecting is tried again for ever, at most every two seconds.
 */
import { Cluster, Redis } from "ioredis"
import * as Redacted from "effect/Redacted"
import type { RedisTarget } from "./RedisTarget.ts"

export interface ClientTimes {
  readonly connectTimeoutMs: number
  readonly commandTimeoutMs: number
}

const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 2_000

/** Doubling, with half of it at random: many gateways lose the same Redis at the same moment. */
const retryMs = (attempt: number): number => {
  const most = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10))
  return most * (0.5 + Math.random() / 2)
}

const optionsFor = (target: RedisTarget, times: ClientTimes, name: string) => ({
  ...(target.username === undefined ? {} : { username: target.username }),
  ...(target.password === undefined ? {} : { password: Redacted.value(target.password) }),
  ...(target.tls ? { tls: {} } : {}),
  connectionName: name,
  connectTimeout: times.connectTimeoutMs,
  commandTimeout: times.commandTimeoutMs,
  socketTimeout: 2 * times.commandTimeoutMs,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
})

export interface Standalone {
  readonly _tag: "Standalone"
  readonly commands: Redis
  readonly listening: Redis
}
export interface Clustered {
  readonly _tag: "Clustered"
  readonly commands: Cluster
}

export const openClients = (target: RedisTarget, times: ClientTimes): Standalone | Clustered => {
  if (target.cluster) {
    const redisOptions = optionsFor(target, times, "parley")
    const commands = new Cluster([...target.nodes], {
      redisOptions,
      shardedSubscribers: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: retryMs,
      slotsRefreshTimeout: times.commandTimeoutMs,
      // A command that finds no node is refused, not kept.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      dnsLookup: (address, callback) => callback(null, address),
    })
    return { _tag: "Clustered", commands }
  }
  const open = (name: string): Redis => {
    const [node] = target.nodes
    return new Redis({
      ...optionsFor(target, times, name),
      host: node!.host,
      port: node!.port,
      db: target.db,
      enableOfflineQueue: false,
      retryStrategy: retryMs,
    })
  }
  return { _tag: "Standalone", commands: open("parley"), listening: open("parley-listening") }
}
