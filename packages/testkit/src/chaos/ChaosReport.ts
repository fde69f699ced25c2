/** What a chaos run came to: its counts for people, and whether it holds. */
import type { Proof } from "../checker/prove.ts"
import { counters, meaning, type Verdict } from "../checker/Verdict.ts"
import type { Acts } from "./Acts.ts"
import type { Changes } from "./Changes.ts"
import type { Settled } from "./underLoad.ts"
import type { ChaosOptions } from "./ChaosOptions.ts"
import type { Marks } from "./Marks.ts"
import type { Stage } from "./Stage.ts"
import type { Traffic } from "./Traffic.ts"

export interface ChaosReport {
  readonly options: ChaosOptions
  readonly stage: Stage
  readonly traffic: Traffic
  readonly changes: Changes
  readonly acts: Acts
  readonly marks: Marks
  readonly verdict: Verdict
  readonly checkMs: number
  /** The checker proved on a made-up record before the run, and on the run's own after it. */
  readonly before: Proof
  readonly after: Proof
  readonly settled: Settled
  /** Of this process, while it offered: microseconds of CPU, and how late its own loop was (p99). */
  readonly cost: { readonly user: number; readonly system: number; readonly loopDelayMs: number }
  /** The share of the machine's CPU that nobody used meanwhile. */
  readonly idle: number
}

/** Of what was offered, with limits raised, at least this much must have been acknowledged: else the run did nothing. */
const leastAcked = 0.8

/** What the server did wrong, however little the run did. */
export const wrongsOf = ({ verdict, before, settled, traffic }: ChaosReport): ReadonlyArray<string> => [
  ...counters
    .filter((counter) => verdict.counts[counter] > 0)
    .map((counter) => `${counter} ${verdict.counts[counter]}: ${meaning[counter]}`),
  ...before.failures,
  ...(settled.left.waiting > 0 ? [`${settled.left.waiting} sends without an answer`] : []),
  ...(traffic.acked === 0 ? ["nothing was acknowledged"] : []),
]

/** Why the run does not hold, be it that it did too little to show anything; empty when it does. */
export const faultsOf = (report: ChaosReport): ReadonlyArray<string> => {
  const { options, traffic, after, stage, changes, acts, marks } = report
  const faults = [...wrongsOf(report), ...after.failures]
  const expect = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault)
  }
  const limited = stage.recorder.refusals.get("rate_limited") ?? 0
  if (options.defaultLimits) expect(limited > 0, "nothing was rate limited")
  else expect(traffic.acked >= leastAcked * traffic.offered, "less than 80% of what was offered was acked")
  expect(options.kills === 0 || stage.recorder.reconnects > 0, "nobody reconnected")
  expect(changes.additions > 0 && changes.removals > 0, "no members changed")
  expect(acts.acked > 0 && acts.refused > 0, "nothing was edited, or nothing refused")
  expect(marks.reported > 0 && stage.recorder.recording.inbox.length > 0, "nobody read")
  return faults
}

export const describe = (report: ChaosReport): string => {
  const { options, stage, traffic, changes, acts, marks, verdict, settled, before, after, cost } = report
  const { recorder } = stage
  const { recording } = recorder
  const refused = [...recorder.refusals].map(([code, count]) => `${code} ${count}`).join(", ")
  const closed = [...recorder.closeCodes].map(([code, count]) => `${code} ${count}`).join(", ")
  const messages = recording.history.reduce((sum, { length }) => sum + length, 0)
  const lines = [
    `seed ${options.seed}, ${options.seconds} s at ${options.rate}/s${options.defaultLimits ? ", default limits" : ""}`,
    `offered ${traffic.offered}, acked ${traffic.acked}, rejected ${traffic.rejected}, acks called duplicate ${traffic.duplicates}`,
    `refusals by code: ${refused || "none"}; by people removed before ${traffic.byFormer}`,
    `messages in the final history ${messages}, deliveries ${recorder.deliveries}, rows ${recording.receipts.length}`,
    `kills ${options.kills}, connections ${recording.connections.length}, resumed ${recorder.reconnects}, closed by code: ${closed || "none"}`,
    `members added ${changes.additions}, removed ${changes.removals}; history reads ${recording.reads.length}`,
    `edits, deletions, reactions and roles acked ${acts.acked}, refused ${acts.refused}; read markers ${marks.reported}, lines of inboxes compared ${recording.inbox.length}`,
    `ack latency from the schedule, pauses included: ${percentiles(traffic.answers.map(({ due, at }) => at - due))}`,
    `ack latency of sends offered while connected: ${percentiles(traffic.undisturbed)}`,
    `this process: ${((cost.user + cost.system) / 1e6).toFixed(1)} s of CPU while it offered, its loop late by p99 ${cost.loopDelayMs.toFixed(0)} ms; ${Math.round(report.idle * 100)} % of the machine idle`,
    `quiet after ${(settled.ms / 1000).toFixed(1)} s; checked in ${(report.checkMs / 1000).toFixed(1)} s, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
    `checker proved by ${before.planted} planted defects before, ${after.planted} on this run's own record`,
    "",
    ...counters.map((counter) => `${counter.padEnd(14)} ${verdict.counts[counter]}`),
  ]
  for (const counter of counters)
    for (const evidence of verdict.evidence[counter].slice(0, 5)) lines.push(`  ${counter}: ${evidence}`)
  return lines.join("\n")
}

const percentiles = (all: ReadonlyArray<number>): string => {
  if (all.length === 0) return "none"
  const sorted = Float64Array.from(all).sort()
  const at = (share: number): string =>
    `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1)} ms`
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)}`
}
