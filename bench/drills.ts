/**
 * Failure drills: many nodes under load, one thing happens to them in the middle; nothing acknowledged may be lost, and all answer again.
 *
 *   node bench/drills.ts [--seed 1] [--rate 200] [--seconds 25] [--only "runner,Redis"] [--pace 0.25] [--connections 40]
 *
 * Two gateways, two runners and a projector on `parley event-store`, Postgres and Redis, all on this machine, the same processes for all
 * drills; `--only` takes those whose name has one of the words; `--pace` is how much else there is beside the sends. Prints a table in
 * Markdown; exits 1 when a drill does not hold. A run that left less than 15 % of the machine's CPU unused shows whether anything is lost,
 * but says nothing about how long it took.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { counters } from "@parley/testkit/checker/Verdict"
import { raised } from "@parley/testkit/chaos/chaos"
import { describe } from "@parley/testkit/chaos/ChaosReport"
import { disturbances } from "@parley/testkit/nodes/disturbances"
import { networkIsHere } from "@parley/testkit/nodes/network"
import { drill, type DrillReport } from "@parley/testkit/nodes/drill"
import { startNodes } from "@parley/testkit/nodes/startNodes"
import { summarize } from "./harness/summary.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "25" },
    only: { type: "string", default: "" },
    pace: { type: "string", default: "0.25" },
    connections: { type: "string", default: "40" },
  },
})
const leastIdle = 0.15

const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`)
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

const recoveryOf = ({ disturbance: { budget }, recovery, beganAt, endedAt }: DrillReport): string => {
  const fromMs =
    budget?.from === "end" ? Math.max(0, recovery.allAnswerMs - (endedAt - beganAt)) : recovery.allAnswerMs
  if (budget === undefined) return seconds(fromMs)
  const since = budget.from === "end" ? " after it is back" : ""
  return `${seconds(fromMs)}${since} (≤ ${seconds(budget.ms)}: ${fromMs <= budget.ms ? "met" : "**over**"})`
}

const lineOf = (one: DrillReport): string => {
  const { disturbance, report, recovery, calm, faults } = one
  const { verdict, traffic, idle, stage } = report
  const wrong = counters.filter((counter) => verdict.counts[counter] > 0)
  const { p50, p99 } = summarize([...calm])
  return [
    "",
    disturbance.name,
    `${traffic.offered}, ${traffic.acked}`,
    wrong.length === 0
      ? "all 0"
      : wrong.map((counter) => `**${counter} ${verdict.counts[counter]}**`).join(", "),
    recoveryOf(one),
    recovery.lastWaiterMs === 0 ? "nobody" : seconds(recovery.lastWaiterMs),
    stage.recorder.reconnects,
    `${p50.toFixed(0)}, ${p99.toFixed(0)} ms`,
    `${Math.round(idle * 100)} %${idle < leastIdle ? " (times void)" : ""}`,
    faults.length === 0 ? "holds" : `**${faults.length} faults**`,
    "",
  ].join(" | ")
}

/** What the processes wrote, for whoever looks for a fault. */
const outputs = (): void => {
  mkdirSync("bench/out", { recursive: true })
  for (const kind of ["gateways", "runners", "projectors"] as const)
    nodes[kind].forEach(({ output }, place) =>
      writeFileSync(`bench/out/drills-${kind}-${place}.log`, output()),
    )
}

const words = values.only.split(",")
const asked = disturbances.filter(({ name }) => words.some((word) => name.includes(word)))
/** Only cuts want a network of their own. */
const apart = asked.some((one) => one.apart) && networkIsHere()
const chosen = asked.filter((one) => apart || !one.apart)
const nodes = await startNodes({ env: raised, apart })
const every = setInterval(outputs, 10_000)
const reports: Array<DrillReport> = []
try {
  for (const [place, disturbance] of chosen.entries()) {
    const report = await drill(
      nodes,
      disturbance,
      {
        seed: Number(values.seed) + place,
        seconds: Number(values.seconds),
        rate: Number(values.rate),
        connections: Number(values.connections),
        conversations: 24,
        called: `p${place}`,
        pace: Number(values.pace),
        kills: 0,
        defaultLimits: false,
      },
      say,
    )
    reports.push(report)
    outputs()
    say(describe(report.report))
    for (const fault of report.faults) say(`FAULT ${fault}`)
    say(lineOf(report))
  }
} finally {
  await nodes.stop().catch((cause: unknown) => say(String(cause)))
  clearInterval(every)
  outputs()
}
console.log(
  [
    "",
    "| what happens | offered, acked | counters | every conversation answers again | last to wait > 1 s, from the beginning | reconnects | acks before, p50, p99 | idle | |",
    "|---|---|---|---|---|---|---|---|---|",
    ...reports.map((report) => lineOf(report).trim()),
  ].join("\n"),
)
process.exitCode = reports.every(({ faults }) => faults.length === 0) ? 0 : 1
