/**
 * What a second runner adds: one and two runners, each held to a share of a core by a CPU cgroup, closed loop over one to one
 * conversations whose sender and recipient are on different gateways. As root, on Linux.
 *
 *   node bench/runners.ts [--share 0.25] [--rounds 3] [--seconds 10] [--pairs 64] [--in-flight 4]
 *
 * One and two by turns in one run. Prints a table and writes `bench/out/runners.json`; exits 1 when two serve less than 1.7 × one.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { raised } from "@parley/testkit/chaos/chaos"
import { startNodes } from "@parley/testkit/nodes/startNodes"
import { cpuGroup } from "./harness/cpuGroup.ts"
import { closedLoop } from "./harness/load.ts"
import { machine } from "./harness/machine.ts"
import { acrossGateways } from "./harness/nodesTarget.ts"
import { cpuByPart, cpuSince, partsOf } from "./harness/parts.ts"
import { median } from "./harness/summary.ts"

const { values } = parseArgs({
  options: {
    share: { type: "string", default: "0.25" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    pairs: { type: "string", default: "64" },
    "in-flight": { type: "string", default: "4" },
  },
})
const [share, seconds, inFlight] = [Number(values.share), Number(values.seconds), Number(values["in-flight"])]
const wanted = 1.7

interface Round {
  readonly runners: number
  readonly perSecond: number
  /** Milliseconds of CPU a second. */
  readonly cpu: Readonly<Record<string, number>>
}

const measure = async (runners: number): Promise<Round> => {
  const nodes = await startNodes({ runners, env: raised })
  const groups = nodes.runners.map(({ pid }, place) => {
    const group = cpuGroup(`runner-${place}`, share)
    group.add(pid)
    return group
  })
  let hangUp = (): void => undefined
  try {
    const { pairs, ...across } = await acrossGateways(nodes, Number(values.pairs))
    hangUp = across.hangUp
    // What is measured are servers that have been at work.
    await closedLoop(process.pid, pairs, inFlight, 5)
    await pause(1_000)
    const parts = partsOf(nodes)
    const [before, began] = [cpuByPart(parts), performance.now()]
    const { perSecond } = await closedLoop(process.pid, pairs, inFlight, seconds)
    return { runners, perSecond, cpu: cpuSince(before, cpuByPart(parts), performance.now() - began) }
  } finally {
    hangUp()
    await nodes.stop()
    for (const { remove } of groups) remove()
  }
}

const rounds: Array<Round> = []
for (let round = 0; round < Number(values.rounds); round++)
  for (const runners of [1, 2]) {
    const found = await measure(runners)
    rounds.push(found)
    const line = Object.entries(found.cpu).map(([part, ms]) => `${part} ${ms.toFixed(0)}`)
    console.log(
      `${runners} × ${share} core: ${found.perSecond.toFixed(0)} messages/s; ms of CPU a second: ${line.join(", ")}`,
    )
  }
const of = (runners: number): number =>
  median(rounds.filter((one) => one.runners === runners).map(({ perSecond }) => perSecond))
const ratio = of(2) / of(1)
console.log(
  [
    "",
    machine(),
    "",
    `| runners, ${share} core each | messages/s, median of ${values.rounds} |`,
    "|---|---|",
    ...[1, 2].map((runners) => `| ${runners} | ${of(runners).toFixed(0)} |`),
    "",
    `Two serve ${ratio.toFixed(2)} × one (≥ ${wanted}: ${ratio >= wanted ? "met" : "missed"}).`,
  ].join("\n"),
)
mkdirSync("bench/out", { recursive: true })
writeFileSync("bench/out/runners.json", JSON.stringify({ machine: machine(), share, rounds, ratio }, null, 2))
process.exitCode = ratio >= wanted ? 0 : 1
