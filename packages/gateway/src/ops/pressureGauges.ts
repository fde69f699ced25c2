/** What `/metrics` shows of limits, slow readers and what is given up under pressure. */
import { loopRestedMs } from "@parley/runtime/loopRest"
import { type LimiterName, limiters } from "../limits/limiters.ts"
import { shedOrder } from "../limits/shedOrder.ts"
import type { Pressure } from "../limits/Pressure.ts"
import type { Front } from "./gauges.ts"
import { histogramGauges } from "./histograms.ts"
import type { Gauge } from "./OpsServer.ts"

export const loopGauges = (pressure: Pressure): ReadonlyArray<Gauge> => [
  {
    name: "parley_event_loop_delay_p99_seconds",
    help: "99th percentile of the main loop's delay since the last scrape",
    type: "gauge",
    read: () => [{ value: pressure.loopDelay.p99() / 1e3 }],
  },
  ...histogramGauges(
    "parley_event_loop_delay_seconds",
    "how late a timer of the main loop was called",
    () => [[undefined, pressure.loopDelay.histogram]],
  ),
  {
    name: "parley_event_loop_rested_seconds_total",
    help: "seconds in which the main loop let messages of a trickle come together",
    type: "counter",
    read: () => [{ value: loopRestedMs() / 1e3 }],
  },
]

export const pressureGauges = (
  { admission, limiter, stream }: Front,
  pressure: Pressure,
): ReadonlyArray<Gauge> => [
  {
    name: "parley_shedding_level",
    help: `given up under pressure: 0 nothing, then in this order ${shedOrder.map((what, at) => `${at + 1} ${what}`).join(", ")}`,
    type: "gauge",
    read: () => [{ value: pressure.level }],
  },
  {
    name: "parley_shedding_rises_total",
    help: "times that more was given up",
    type: "counter",
    read: () => [{ value: pressure.rises }],
  },
  {
    name: "parley_frames_dropped_total",
    help: "frames without a seq that were dropped: slow, as too much waits for the connection, or shed",
    type: "counter",
    read: () =>
      stream.drops
        .all()
        .map(({ count, what, why }) => ({ labels: `class="${what}",reason="${why}"`, value: count })),
  },
  {
    name: "parley_slow_waiting",
    help: "connections for which bytes wait",
    type: "gauge",
    read: () => [{ value: stream.congested }],
  },
  {
    name: "parley_slow_waiting_bytes",
    help: "bytes that wait for all of them",
    type: "gauge",
    read: () => [{ value: stream.waitingBytes }],
  },
  {
    name: "parley_slow_waiting_bytes_max",
    help: "bytes that wait for the one for whom most do",
    type: "gauge",
    read: () => [{ value: stream.mostWaitingBytes }],
  },
  {
    name: "parley_slow_caught_up_total",
    help: "connections that read too slowly and were caught up from the log",
    type: "counter",
    read: () => [{ value: stream.caughtUp }],
  },
  {
    name: "parley_rate_limited_total",
    help: "refused by a rate limit",
    type: "counter",
    read: () =>
      (Object.keys(limiters) as ReadonlyArray<LimiterName>).map((name) => ({
        labels: `limiter="${name}"`,
        value: name === "connection" ? stream.framesOverRate : (limiter.refused.get(name) ?? 0),
      })),
  },
  {
    name: "parley_rate_buckets",
    help: "token buckets in memory",
    type: "gauge",
    read: () => [{ value: limiter.buckets() }],
  },
  {
    name: "parley_rate_store_away_total",
    help: "questions that the store of the buckets did not answer",
    type: "counter",
    read: () => [{ value: limiter.away }],
  },
  {
    name: "parley_admission_inside",
    help: "upgrades and syncs at work or waiting for their turn",
    type: "gauge",
    read: () =>
      Object.entries(admission).map(([what, { inside }]) => ({ labels: `what="${what}"`, value: inside })),
  },
  {
    name: "parley_admission_refused_total",
    help: "upgrades and pages of syncs told to come back later",
    type: "counter",
    read: () =>
      Object.entries(admission).map(([what, { refused }]) => ({ labels: `what="${what}"`, value: refused })),
  },
]
