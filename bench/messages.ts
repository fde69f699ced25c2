/**
 * Messages through the public socket, on one node with the embedded store, everything durable, the generator on the same machine:
 *
 *   node bench/messages.ts [--rounds 5] [--seconds 5]
 *
 * One to one at an offered rate, closed loop, and one hot conversation; each beside the bare `ws` server that stores nothing and a
 * bare fdatasync, driven by the same code in the same run. Prints the median of the rounds; writes `bench/out/messages.json`.
 */
import { parseArgs } from "node:util"
import type { Result } from "./harness/load.ts"
import { writeReport } from "./harness/report.ts"
import { median } from "./harness/summary.ts"
import { p99Budget, type Rounds, runOneToOne } from "./scenarios/oneToOne.ts"

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "5" } },
})
const found = await runOneToOne(Number(values.rounds), Number(values.seconds))
const { disk, floor, measured } = found

const of = (results: ReadonlyArray<Result>, figure: (result: Result) => number): number =>
  median(results.map(figure))

const [ms, us, perSecond] = [
  (n: number) => `${n.toFixed(2)} ms`,
  (n: number) => `${n.toFixed(0)} µs`,
  (n: number) => `${n.toFixed(0)}/s`,
]
const p50 = (r: Result): number => r.delivery.p50
const p99 = (r: Result): number => r.delivery.p99
const cpu = (r: Result): number => r.cpuUsPerMessage
const throughput = (r: Result): number => r.perSecond

const row = (
  what: string,
  scenario: keyof Rounds,
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
    row("1:1 at 1,000/s, send → recipient, p99", "offered", p99, ms, p99Budget(found).atMost, "<"),
    row("server CPU a 1:1 message at 1,000/s", "offered", cpu, us, 200, "<"),
    row("server CPU a 1:1 message, saturated", "closed", cpu, us, 150, "<"),
    row("closed loop, 64 pairs, 8 in flight", "closed", throughput, perSecond, 6_500, "≥"),
    row("one hot conversation at 2,000/s, p99", "hot", p99, ms, 50, "<"),
    row("one hot conversation, carried", "hot", throughput, perSecond, 1_990, "≥"),
  ],
  { disk, floor, measured },
)

const threads = (scenario: keyof Rounds): string =>
  measured[scenario]
    .at(-1)!
    .threads.map(([name, share]) => `${name} ${share.toFixed(0)}`)
    .join(", ")
process.stdout.write(
  `\nCPU by thread, µs a message, last round: at 1,000/s: ${threads("offered")}\nsaturated: ${threads("closed")}\n` +
    `bare fdatasync: p50 ${ms(disk.p50)}, p99 ${ms(disk.p99)}\nThe parts of the main thread's share: node bench/parts.ts\n`,
)
