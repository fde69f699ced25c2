/**
 * What a core has forgotten after a pause: a walk over so much memory, line by line in no order, right away and after 1, 5 and 20 ms of rest.
 * Where others share a machine's caches this is what most of a message costs that comes alone, and no code of ours changes it.
 *
 *   node bench/coldMemory.ts [--kib 256,1024] [--seconds 2]
 *
 * Prints the median microseconds of a walk, beside the same number of additions, which need no memory.
 */
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { machine } from "./harness/machine.ts"
import { median } from "./harness/summary.ts"

const { values } = parseArgs({
  options: { kib: { type: "string", default: "256,1024" }, seconds: { type: "string", default: "2" } },
})

/** A cache line, in numbers of four bytes. */
const line = 16

/** Each line tells where the next one is; all of them are one ring. */
const ringOf = (kib: number): Int32Array => {
  const lines = Array.from({ length: (kib * 1_024) / 64 }, (_, n) => n)
  for (let n = lines.length - 1; n > 0; n--) {
    const other = Math.floor(Math.random() * (n + 1))
    ;[lines[n], lines[other]] = [lines[other]!, lines[n]!]
  }
  const ring = new Int32Array(lines.length * line)
  lines.forEach((at, n) => (ring[at * line] = lines[(n + 1) % lines.length]! * line))
  return ring
}

let sink = 0

const walk = (ring: Int32Array): void => {
  let at = 0
  for (let n = ring.length / line; n > 0; n--) at = ring[at]!
  sink += at
}

const add = (times: number): void => {
  let sum = sink
  for (let n = 0; n < times; n++) sum = (sum * 31 + n) | 0
  sink = sum
}

/** By the clock, as the CPU's own account is too coarse: the median leaves out what was interrupted. */
const usAWalk = async (work: () => void, restMs: number): Promise<number> => {
  const rounds = Math.round((Number(values.seconds) * 1_000) / Math.max(restMs, 1))
  const us: Array<number> = []
  for (let n = 0; n < rounds; n++) {
    if (restMs > 0) await pause(restMs)
    const began = performance.now()
    work()
    us.push((performance.now() - began) * 1_000)
  }
  return median(us)
}

const rests = [0, 1, 5, 20]
const rows: Array<ReadonlyArray<string>> = []
for (const kib of values.kib.split(",").map(Number)) {
  const ring = ringOf(kib)
  for (const [what, work] of [
    [`${kib} KiB`, () => walk(ring)],
    [`${ring.length / line} additions`, () => add(ring.length / line)],
  ] as const) {
    for (let n = 0; n < 1_000; n++) work()
    const found: Array<string> = []
    for (const rest of rests) found.push((await usAWalk(work, rest)).toFixed(0))
    rows.push([what, ...found])
  }
}
console.log(
  [
    machine(),
    "",
    `| µs | ${rests.map((rest) => (rest === 0 ? "right away" : `after ${rest} ms`)).join(" | ")} |`,
    `|---${"|---".repeat(rests.length)}|`,
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n"),
)
