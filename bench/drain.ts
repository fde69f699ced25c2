/**
 * A server that is told to stop under load, and the next one on the same data and port.
 *
 *   node bench/drain.ts [--people 1980] [--groups 2] [--size 2] [--rate 1000] [--writers 20]
 *
 * SIGTERM while the writers say so many messages a second and everybody is connected. The embedded store has one process at a time, so
 * the second one is started once the first has left. Checked: how each connection was closed; exit code and time; that every message
 * that anybody was told is committed is in the history once, and nothing else is; that everybody is back when he was told to come, and
 * lacks nothing. Writes `bench/out/drain.json`, and ends with 1 when something is lost, doubled or closed in another way.
 */
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { gather } from "./harness/fleet/crowd.ts"
import { readWhole } from "./harness/fleet/readWhole.ts"
import { writeReport } from "./harness/report.ts"
import { summarize } from "./harness/summary.ts"

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "1980" },
    groups: { type: "string", default: "2" },
    size: { type: "string", default: "2" },
    rate: { type: "string", default: "1000" },
    writers: { type: "string", default: "20" },
  },
})
const [people, rate, count] = [Number(values.people), Number(values.rate), Number(values.writers)]
const leaveBudgetMs = 30_000
/** A connection counts as back in time when it is greeted so long after the moment that it was told, at most. */
const lateBudgetMs = 2_000

const crowd = await gather({
  people,
  groups: Number(values.groups),
  groupSize: Number(values.size),
  writers: count,
})
const { fleet, parley, writers } = crowd
const stop = crowd.speak(rate)
await pause(3_000)
const back = fleet.watch()
const toldAt = performance.now()
const exit = await parley.leave()
const leftAfterMs = performance.now() - toldAt
await parley.start()
const servedAfterMs = performance.now() - toldAt
await back
await pause(1_000)
stop()
await crowd.quiet()
await pause(500)
const report = await fleet.report(crowd.heads())

const said = writers.flatMap((writer) => [...writer.acked])
const history = await readWhole(crowd)
const lost = said.filter(([key]) => !history.has(key)).length
const doubled = [...history.values()].filter((times) => times > 1).length
const unknown = [...history.keys()].length - said.length + lost
const duplicates = said.filter(([, { duplicate }]) => duplicate).length
const codes = new Map<string, number>()
const closes = [
  ...Object.entries(report.codes),
  ...writers.flatMap((one) => one.closes.map((code) => [code, 1] as const)),
]
for (const [code, n] of closes) codes.set(String(code), (codes.get(String(code)) ?? 0) + n)
const late = summarize(report.lateMs)
const refusals = writers.flatMap((writer) => writer.refusals)
await crowd.end()

const ms = (n: number): string => `${n.toFixed(0)} ms`
const plain = (what: string, measured: string) => ({ what, measured, floor: "", budget: "" })
const exactly = (what: string, measured: number, wanted: number) => ({
  ...plain(what, String(measured)),
  budget: String(wanted),
  ratio: measured === wanted ? 0 : Infinity,
})
const rows = [
  exactly(
    `${people + count} connections, ${rate} messages/s: closed 1012`,
    codes.get("1012") ?? 0,
    people + count,
  ),
  exactly(
    "closed in another way",
    [...codes.values()].reduce((a, b) => a + b, 0) - (codes.get("1012") ?? 0),
    0,
  ),
  exactly("exit code", exit ?? -1, 0),
  {
    ...plain("SIGTERM to exit", ms(leftAfterMs)),
    budget: `≤ ${leaveBudgetMs} ms`,
    ratio: leftAfterMs / leaveBudgetMs,
  },
  plain("SIGTERM until the second process serves", ms(servedAfterMs)),
  plain("messages acknowledged, of them again under the same key", `${said.length}, ${duplicates}`),
  exactly("acknowledged and not in the history", lost, 0),
  exactly("in the history twice", doubled, 0),
  exactly("in the history and never acknowledged", unknown, 0),
  exactly("sends refused", refusals.length, 0),
  exactly("events that somebody lacks in the end", report.lacking, 0),
  exactly("events left out without a sync.gap", report.skipped, 0),
  plain(
    "told to come back after, least and most",
    `${ms(Math.min(...report.advisedMs))}, ${ms(Math.max(...report.advisedMs))}`,
  ),
  {
    ...plain(
      "greeted after the moment advised: p50, p99, last",
      `${ms(late.p50)}, ${ms(late.p99)}, ${ms(late.max)}`,
    ),
    budget: `last ≤ ${lateBudgetMs} ms`,
    ratio: late.max / lateBudgetMs,
  },
  exactly("attempts refused", report.refused, 0),
]
writeReport("drain", rows, { report, leftAfterMs, servedAfterMs })
if (rows.some((row) => "ratio" in row && row.ratio === Infinity)) process.exitCode = 1
