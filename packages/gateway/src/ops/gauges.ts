/** What `/metrics` shows of the parts, and what `/readyz` judges. */
import type { Drift } from "@parley/projections/Drift"
import type { ModelsStats } from "@parley/projections/modelServices"
import type { EventStoreStats } from "@parley/runtime/eventStore/EventStoreStats"
import type { RedisStats } from "@parley/runtime/redis/RedisLink"
import type { EntityCounts } from "@parley/runtime/telemetry/EntityMeters"
import type { Admission } from "../limits/Admission.ts"
import type { Pressure } from "../limits/Pressure.ts"
import type { RateLimiter } from "../limits/RateLimiter.ts"
import type { StreamCounters } from "../stream/StreamCounters.ts"
import type { CommitTimes } from "./CommitTimes.ts"
import { histogramGauges } from "./histograms.ts"
import { entityGauges, messageGauges } from "./messageGauges.ts"
import type { Gauge, Readiness } from "./OpsServer.ts"
import { presenceGauges } from "./presenceGauges.ts"
import { loopGauges, pressureGauges } from "./pressureGauges.ts"
import { pushGauges, type PushStats } from "./pushGauges.ts"
import { redisGauges } from "./redisGauges.ts"

/** A model further behind the log than this many positions: reads would wait in vain. */
const maxLag = 20_000

/** Where clients connect. */
export interface Front {
  readonly stream: StreamCounters
  readonly limiter: RateLimiter
  readonly admission: { readonly upgrades: Admission; readonly syncs: Admission }
}

/** Of a node, whatever its role. */
export interface Parts {
  readonly store: EventStoreStats["Service"]
  /** Absent: this node answers from no models. */
  readonly models?: ModelsStats["Service"]
  readonly drift?: Drift["Service"]
  /** Absent: nobody connects here. */
  readonly front?: Front
  readonly push: PushStats
  readonly pressure: Pressure
  /** Absent: there is none. */
  readonly redis?: () => RedisStats
  readonly headPosition: () => number
  /** Entities awake. */
  readonly residents: () => number
  readonly stopping: () => boolean
  readonly entities: EntityCounts
  readonly commitTimes: CommitTimes
}

const modelsOf = ({ models }: Parts) => Object.entries(models?.read() ?? {})

const lags = (parts: Parts): ReadonlyArray<readonly [string, number, string | undefined]> =>
  modelsOf(parts).map(([name, { position, stopped }]) => [
    name,
    Math.max(0, parts.headPosition() - position),
    stopped,
  ])

export const readinessOf =
  (parts: Parts): Readiness =>
  () => [
    ...(parts.stopping() ? ["stopping"] : []),
    ...(parts.pressure.sheds("connections") ? ["under pressure: no new connections"] : []),
    ...(parts.store.read().alive ? [] : ["the event store is out of reach"]),
    ...lags(parts).flatMap(([name, lag, stopped]) =>
      stopped !== undefined
        ? [`the ${name} model has stopped: ${stopped}`]
        : lag > maxLag
          ? [`the ${name} model is ${lag} events behind`]
          : [],
    ),
  ]

/** What a server that is ready gives up at the moment. */
export const sheddingOf =
  ({ pressure }: Pick<Parts, "pressure">): (() => ReadonlyArray<string>) =>
  () =>
    pressure.given()

/** Of a store that commits in this process; another one shows its own. */
const commitGauges = (store: Parts["store"]): ReadonlyArray<Gauge> => {
  const { histograms } = store.read()
  if (histograms === undefined) return []
  const { appends, events, seconds } = histograms
  return [
    ...histogramGauges("parley_commit_seconds", "a commit, its fsync included", () => [[undefined, seconds]]),
    ...histogramGauges("parley_commit_appends", "appends in a commit", () => [[undefined, appends]]),
    ...histogramGauges("parley_commit_events", "events in a commit", () => [[undefined, events]]),
  ]
}

type Single = readonly [name: string, help: string, type: Gauge["type"], read: () => number]

const gaugesFrom = (singles: ReadonlyArray<Single>): ReadonlyArray<Gauge> =>
  singles.map(([name, help, type, read]) => ({ name, help, type, read: () => [{ value: read() }] }))

const storeGauges = ({ store, residents, entities }: Parts): ReadonlyArray<Gauge> => [
  ...entityGauges(entities),
  ...commitGauges(store),
  ...gaugesFrom([
    ["parley_appends_total", "appends made durable", "counter", () => store.read().appends],
    [
      "parley_commits_total",
      "commits of the event store, each one fsync",
      "counter",
      () => store.read().commits,
    ],
    ["parley_events_total", "events made durable", "counter", () => store.read().events],
    ["parley_appends_waiting", "appends not answered yet", "gauge", () => store.read().waiting],
    ["parley_resident_entities", "conversations and users awake", "gauge", residents],
  ]),
]

const modelGauges = (parts: Parts): ReadonlyArray<Gauge> => [
  {
    name: "parley_model_lag",
    help: "events between the log's end and a model",
    type: "gauge",
    read: () => lags(parts).map(([name, value]) => ({ labels: `model="${name}"`, value })),
  },
  {
    name: "parley_model_lag_seconds",
    help: "for how long there has been something in the log that a model does not know",
    type: "gauge",
    read: () =>
      modelsOf(parts).map(([name, { position }]) => ({
        labels: `model="${name}"`,
        value: parts.commitTimes.secondsBehind(position, parts.headPosition()),
      })),
  },
]

const driftGauges = (drift: Drift["Service"]): ReadonlyArray<Gauge> => {
  const sampled = (count: "samples" | "drifts") =>
    Object.entries(drift.read()).map(([name, counts]) => ({
      labels: `projection="${name}"`,
      value: counts[count],
    }))
  return [
    {
      name: "parley_projection_samples_total",
      help: "samples of a model counted again from the log",
      type: "counter",
      read: () => sampled("samples"),
    },
    {
      name: "parley_projection_drift_total",
      help: "samples in which a model said something else than the log: a rebuild is due",
      type: "counter",
      read: () => sampled("drifts"),
    },
  ]
}

const streamGauges = (stream: StreamCounters): ReadonlyArray<Gauge> => [
  ...presenceGauges(stream),
  ...messageGauges(stream.meters),
  ...gaugesFrom([
    ["parley_connections", "open connections", "gauge", () => stream.connections],
    ["parley_connections_accepted_total", "connections accepted", "counter", () => stream.accepted],
    ["parley_hubs", "conversations with a connected member", "gauge", () => stream.hubs],
    ["parley_ring_bytes", "bytes in the hubs' rings", "gauge", () => stream.ringBytes],
    ["parley_frames_received_total", "frames of clients", "counter", () => stream.framesReceived],
    ["parley_frames_handed_total", "frames with a seq handed over", "counter", () => stream.framesHanded],
    [
      "parley_gaps_filled_total",
      "gaps in announcements read from the log",
      "counter",
      () => stream.gapsFilled,
    ],
    [
      "parley_announcements_repeated_total",
      "announcements that the hub knew already",
      "counter",
      () => stream.announcementsDropped,
    ],
    ["parley_syncs_total", "replays of sync", "counter", () => stream.syncs],
    ["parley_slow_stopped_total", "connections that read too slowly", "counter", () => stream.slowStopped],
  ]),
  {
    name: "parley_connections_closed_total",
    help: "connections closed, by code",
    type: "counter",
    read: () => Array.from(stream.closed, ([code, value]) => ({ labels: `code="${code}"`, value })),
  },
]

export const gaugesOf = (parts: Parts): ReadonlyArray<Gauge> => {
  const { drift, front, models, pressure, push, redis } = parts
  return [
    ...loopGauges(pressure),
    ...pushGauges(push),
    ...redisGauges(redis),
    ...storeGauges(parts),
    ...(models === undefined ? [] : modelGauges(parts)),
    ...(drift === undefined ? [] : driftGauges(drift)),
    ...(front === undefined ? [] : [...pressureGauges(front, pressure), ...streamGauges(front.stream)]),
  ]
}
