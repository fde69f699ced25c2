/**
 * Messages through the public socket, on one node with the embedded store, everything durable, the generator on the same machine:
 *
 *   node bench/messages.ts [--rounds 5] [--seconds 5]
 *
 * One to one at an offered rate, closed loop, and one hot conversation; each beside the bare `ws` server that stores nothing and a
 * bare fdatasync, driven by the same code in the same run. Prints the median of the rounds; writes `bench/out/messages.json`.
 */
import { parseArgs } from "node:util"
import { startBare } from "./harness/bareTarget.ts"
import { fsyncFloor } from "./harness/fsyncFloor.ts"
import { closedLoop, openLoop, type Result } from "./harness/load.ts"
import { startParley } from "./harness/parleyTarget.ts"
import { writeReport } from "./harness/report.ts"
import { median } from "./harness/summary.ts"
import type { Target } from "./harness/target.ts"

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "5" } },
})
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]

interface Scenarios {
  readonly offered: ReadonlyArray<Result>
  readonly closed: ReadonlyArray<Result>
  readonly hot: ReadonlyArray<Result>
}

const runAll = async (target: Target): Promise<Scenarios> => {
  const pairs = await target.pairs(64)
  const warm = async (): Promise<void> => void (await closedLoop(target.pid, pairs, 4, 3))
  await warm()
  const results = { offered: [] as Array<Result>, closed: [] as Array<Result>, hot: [] as Array<Result> }
  for (let round = 0; round < rounds; round++) {
    results.offered.push(await openLoop(target.pid, pairs, 1_000, seconds))
    results.closed.push(await closedLoop(target.pid, pairs, 8, seconds))
    results.hot.push(await openLoop(target.pid, pairs.slice(0, 1), 2_000, seconds))
  }
  return results
}

const of = (results: ReadonlyArray<Result>, figure: (result: Result) => number): number =>
  median(results.map(figure))

const disk = fsyncFloor(1_000)
const bare = await startBare()
const floor = await runAll(bare)
await bare.stop()
const parley = await startParley()
const measured = await runAll(parley)
await parley.stop()

const [ms, us, perSecond] = [
  (n: number) => `${n.toFixed(2)} ms`,
  (n: number) => `${n.toFixed(0)} µs`,
  (n: number) => `${n.toFixed(0)}/s`,
]
const p50 = (r: Result): number => r.delivery.p50
const p99 = (r: Result): number => r.delivery.p99
const cpu = (r: Result): number => r.cpuUsPerMessage
const throughput = (r: Result): number => r.perSecond
const p99Budget = Math.max(12, 2 * disk.p99 + 5)

const row = (
  what: string,
  scenario: keyof Scenarios,
  figure: (r: Result) => number,
  show: (n: number) => string,
  budget: number,
  sign: "<" | "≥",
): Parameters<typeof writeReport>[1][number] => {
  const value = of(measured[scenario], figure)
  return {
    what,
    measured: show(value),
    floor: show(of(floor[scenario], figure)),
    budget: `${sign} ${show(budget)}`,
    ratio: sign === "<" ? value / budget : budget / value,
  }
}

writeReport(
  "messages",
  [
    row("1:1 at 1,000/s, send → recipient, p50", "offered", p50, ms, 3, "<"),
    row("1:1 at 1,000/s, send → recipient, p99", "offered", p99, ms, p99Budget, "<"),
    row("server CPU a 1:1 message at 1,000/s", "offered", cpu, us, 200, "<"),
    row("server CPU a 1:1 message, saturated", "closed", cpu, us, 150, "<"),
    row("closed loop, 64 pairs, 8 in flight", "closed", throughput, perSecond, 6_500, "≥"),
    row("one hot conversation at 2,000/s, p99", "hot", p99, ms, 50, "<"),
    row("one hot conversation, carried", "hot", throughput, perSecond, 1_990, "≥"),
  ],
  { disk, floor, measured },
)

const threads = (scenario: keyof Scenarios): string =>
  measured[scenario]
    .at(-1)!
    .threads.map(([name, share]) => `${name} ${share.toFixed(0)}`)
    .join(", ")
process.stdout.write(
  `\nCPU by thread, µs a message, last round: at 1,000/s: ${threads("offered")}\nsaturated: ${threads("closed")}\n` +
    `bare fdatasync: p50 ${ms(disk.p50)}, p99 ${ms(disk.p99)}\nThe parts of the main thread's share: node bench/parts.ts\n`,
)
