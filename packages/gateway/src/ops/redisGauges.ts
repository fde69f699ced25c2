/** What `/metrics` shows of Redis; nothing where none is configured. */
import type { RedisStats } from "@parley/runtime/redis/RedisLink"
import type { Gauge } from "./OpsServer.ts"

type Single = readonly [name: string, help: string, type: Gauge["type"], read: (stats: RedisStats) => number]

const singles: ReadonlyArray<Single> = [
  ["parley_redis_connected", "1 while Redis answers", "gauge", ({ connected }) => (connected ? 1 : 0)],
  ["parley_redis_lost_total", "times that Redis stopped answering", "counter", ({ lost }) => lost],
  [
    "parley_redis_dropped_total",
    "publications that were not sent, or of which nobody knows",
    "counter",
    ({ dropped }) => dropped,
  ],
  ["parley_redis_failed_total", "commands without an answer", "counter", ({ failed }) => failed],
  [
    "parley_redis_losses_total",
    "times that announcements may have been missed",
    "counter",
    ({ losses }) => losses,
  ],
  [
    "parley_redis_malformed_total",
    "publications of others that could not be read",
    "counter",
    ({ malformed }) => malformed,
  ],
  ["parley_redis_channels", "channels listened to", "gauge", ({ channels }) => channels],
  [
    "parley_redis_waiting_bytes",
    "bytes published and not answered for yet",
    "gauge",
    ({ waitingBytes }) => waitingBytes,
  ],
]

export const redisGauges = (stats: (() => RedisStats) | undefined): ReadonlyArray<Gauge> =>
  stats === undefined
    ? []
    : singles.map(([name, help, type, read]) => ({
        name,
        help,
        type,
        read: () => [{ value: read(stats()) }],
      }))
