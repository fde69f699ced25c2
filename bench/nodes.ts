/**
 * What a message costs on many nodes: two gateways, two runners and a projector on `parley event-store`, Postgres and Redis, as real
 * processes on this machine, the generator too. CPU of each process a second: with nobody there, with everybody connected, and under one to
 * one messages whose sender and recipient are on different gateways.
 *
 *   node bench/nodes.ts [--rates 50,200] [--seconds 10] [--pairs 24]
 *
 * Prints a table and writes `bench/out/nodes.json`.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { raised } from "@parley/testkit/chaos/chaos"
import { startNodes } from "@parley/testkit/nodes/startNodes"
import { openLoop, type Result } from "./harness/load.ts"
import { machine } from "./harness/machine.ts"
import { type AcrossGateways, acrossGateways } from "./harness/nodesTarget.ts"
import { cpuByPart, type CpuByPart, cpuSince, partsOf } from "./harness/parts.ts"

const { values } = parseArgs({
  options: {
    rates: { type: "string", default: "50,200" },
    seconds: { type: "string", default: "10" },
    pairs: { type: "string", default: "24" },
  },
})
const seconds = Number(values.seconds)

interface Measured {
  readonly what: string
  /** Milliseconds of CPU a second. */
  readonly cpu: CpuByPart
  readonly result?: Result
}

const nodes = await startNodes({ env: raised })
let across: AcrossGateways | undefined
try {
  const parts = partsOf(nodes)
  const during = async (what: string, act: () => Promise<Result | void>): Promise<Measured> => {
    const [before, began] = [cpuByPart(parts), performance.now()]
    const result = await act()
    const took = performance.now() - began
    const cpu = cpuSince(before, cpuByPart(parts), took)
    const line = Object.entries(cpu).map(([part, ms]) => `${part} ${ms.toFixed(0)}`)
    console.log(`${what}: ms of CPU a second: ${line.join(", ")}`)
    return { what, cpu, ...(result === undefined ? {} : { result }) }
  }
  const quiet = () => pause(seconds * 1_000)
  // What they do once after a start is no part of it.
  await pause(5_000)
  const found = [await during("nobody", quiet)]
  across = await acrossGateways(nodes, Number(values.pairs))
  const { pairs } = across
  await pause(5_000)
  found.push(await during("connected", quiet))
  // What is measured are servers that have been at work.
  await openLoop(process.pid, pairs, 50, 5)
  for (const rate of values.rates.split(",").map(Number))
    found.push(await during(`${rate} messages/s`, () => openLoop(process.pid, pairs, rate, seconds)))
  const names = Object.keys(found[0]!.cpu)
  const sum = (cpu: CpuByPart): number => Object.values(cpu).reduce((all, ms) => all + ms, 0)
  const row = (cells: ReadonlyArray<string | number>): string => `| ${cells.join(" | ")} |`
  console.log(
    [
      "",
      machine(),
      "",
      "Milliseconds of CPU a second:",
      "",
      row(["", ...names, "all", "ms a message", "p50, p99 to the recipient"]),
      row(["---", ...names.map(() => "---"), "---", "---", "---"]),
      ...found.map(({ what, cpu, result }) =>
        row([
          what,
          ...names.map((name) => cpu[name]!.toFixed(0)),
          sum(cpu).toFixed(0),
          result === undefined ? "" : (sum(cpu) / result.perSecond).toFixed(1),
          result === undefined
            ? ""
            : `${result.delivery.p50.toFixed(0)}, ${result.delivery.p99.toFixed(0)} ms`,
        ]),
      ),
    ].join("\n"),
  )
  mkdirSync("bench/out", { recursive: true })
  writeFileSync("bench/out/nodes.json", JSON.stringify({ machine: machine(), found }, null, 2))
} finally {
  across?.hangUp()
  await nodes.stop()
}
