/** What `/metrics` shows of push; nothing where none is configured. */
import { PushQueue, type PushQueueStats } from "@parley/projections/push/PushQueue"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Gauge } from "./OpsServer.ts"

const by = (label: string, counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([name, value]) => ({ labels: `${label}="${name}"`, value }))

type Read = (stats: PushQueueStats) => ReturnType<Gauge["read"]>

const single =
  (read: (stats: PushQueueStats) => number): Read =>
  (stats) => [{ value: read(stats) }]

const gauges: ReadonlyArray<readonly [name: string, help: string, type: Gauge["type"], read: Read]> = [
  ["parley_push_waiting", "pushes that wait for their time", "gauge", single((stats) => stats.waiting)],
  ["parley_push_leased", "pushes on their way", "gauge", single((stats) => stats.leased)],
  ["parley_push_parked", "pushes that no service takes", "gauge", single((stats) => stats.parked)],
  [
    "parley_push_oldest_seconds",
    "age of the oldest event with a push that waits or is on its way",
    "gauge",
    ({ oldestTs }) => [{ value: oldestTs === undefined ? 0 : Math.max(0, Date.now() - oldestTs) / 1_000 }],
  ],
  ["parley_push_queued_total", "pushes queued", "counter", single((stats) => stats.queued)],
  [
    "parley_push_collapsed_total",
    "messages that joined a push",
    "counter",
    single((stats) => stats.collapsed),
  ],
  [
    "parley_push_over_budget_total",
    "times that somebody's pushes became one for all, as there were many",
    "counter",
    single((stats) => stats.overBudget),
  ],
  ["parley_push_sent_total", "pushes that a service took", "counter", ({ sent }) => by("kind", sent)],
  ["parley_push_retried_total", "sendings that are tried again", "counter", single((stats) => stats.retried)],
  [
    "parley_push_suppressed_total",
    "messages that somebody with a push device was not told of, by reason",
    "counter",
    ({ suppressed }) => by("reason", suppressed),
  ],
  [
    "parley_push_dropped_total",
    "pushes that were needless when their time came, by reason",
    "counter",
    ({ dropped }) => by("reason", dropped),
  ],
]

/** `undefined`: no push is configured. */
export type PushStats = () => PushQueueStats | undefined

export const pushStats: Effect.Effect<PushStats> = Effect.map(
  Effect.serviceOption(PushQueue),
  (queue) => () => (Option.isSome(queue) ? queue.value.stats() : undefined),
)

export const pushGauges = (stats: PushStats): ReadonlyArray<Gauge> =>
  stats() === undefined
    ? []
    : gauges.map(([name, help, type, read]) => ({
        name,
        help,
        type,
        read: () => {
          const now = stats()
          return now === undefined ? [] : read(now)
        },
      }))
