/**
 * Readers who stop reading: the socket stays open, the bytes pile up. What that costs the server, what it does to the others, and what
 * they get when they read again.
 *
 *   node bench/pausedReader.ts [--paused 20] [--others 10] [--rate 150] [--bytes 8000] [--for 20]
 *
 * One group; one writer at a fixed rate; everybody else types now and then and reads off the bare socket. First all read; then the
 * paused stop for so many seconds, all at the same time, and read again; one more never does. Memory is what the server says waits for
 * the one for whom most waits (`parley_slow_waiting_bytes_max`), looked at four times a second. A second run does everything but the
 * stopping: what resident memory the first has beyond it also holds garbage. Writes `bench/out/pausedReader.json`.
 */
import { parseArgs } from "node:util"
import { writeReport } from "./harness/report.ts"
import { type Phase, run } from "./pausedReader/run.ts"

const { values } = parseArgs({
  options: {
    paused: { type: "string", default: "20" },
    others: { type: "string", default: "10" },
    rate: { type: "string", default: "150" },
    bytes: { type: "string", default: "8000" },
    for: { type: "string", default: "20" },
  },
})
const options = {
  paused: Number(values.paused),
  others: Number(values.others),
  rate: Number(values.rate),
  bytes: Number(values.bytes),
  pausedMs: Number(values.for) * 1_000,
}
const budgetBytes = 2 * 1_048_576
const measured = await run({ ...options, pauses: true })
const control = await run({ ...options, pauses: false })

const { sent, stalled, stopped } = measured
const each = (measured.during.rss - control.during.rss) / (options.paused + 1)
const ms = (n: number): string => `${n.toFixed(1)} ms`
const phases = ({ before, during, after }: typeof measured, of: (phase: Phase) => number): string =>
  [before, during, after].map((phase) => ms(of(phase))).join(", ")
const back = stalled.frames.slice(0, -1)
const dropped = measured.dropped.flatMap((line) => {
  const [, what, why, count] = /class="(\w+)",reason="(\w+)"} (\d+)/.exec(line) ?? []
  return Number(count) > 0 ? [`${what} (${why}) ${count}`] : []
})

writeReport(
  "pausedReader",
  [
    {
      what: `memory of a paused reader: the most that waited for one (${options.paused + 1} for ${values.for} s, ${stopped} stopped)`,
      measured: `${(measured.during.waitingBytes / 1_024).toFixed(0)} KiB`,
      floor: `nobody pauses: ${(control.during.waitingBytes / 1_024).toFixed(0)} KiB`,
      budget: "2,048 KiB",
      ratio: measured.during.waitingBytes / budgetBytes,
    },
    {
      what: "highest resident memory beyond that of the run without pauses, for each of them",
      measured: `${(each / 1_024).toFixed(0)} KiB`,
      floor: "",
      budget: "2,048 KiB",
      ratio: Math.max(0, each) / budgetBytes,
    },
    {
      what: "the others' p99 from send to recipient: before, during, after",
      measured: phases(measured, ({ late }) => late.p99),
      floor: `nobody pauses: ${phases(control, ({ late }) => late.p99)}`,
      budget: "never stalled",
    },
    {
      what: "the server's event loop, highest p99: before, during, after",
      measured: phases(measured, ({ delayMs }) => delayMs),
      floor: `nobody pauses: ${phases(control, ({ delayMs }) => delayMs)}`,
      budget: "",
    },
    {
      what: "messages sent; events that each of the paused got at least; out of order or missing",
      measured: `${sent}; ${Math.min(...back)}; ${measured.outOfOrder}`,
      floor: "",
      budget: "all; 0",
      ratio: measured.outOfOrder === 0 && back.every((frames) => frames >= sent) ? 0 : 2,
    },
    {
      what: "typing frames since the pause: one of the others, one of the paused",
      measured: measured.typing.join(", "),
      floor: `nobody pauses: ${control.typing.join(", ")}`,
      budget: "dropped for the paused",
    },
    {
      what: "frames that the server dropped, by kind; messages among them",
      measured: `${dropped.length === 0 ? "none" : dropped.join(", ")}; ${dropped.filter((one) => one.startsWith("message")).length}`,
      floor: "",
      budget: "no message",
    },
    {
      what: "who never reads again is closed 4008, from the pause on",
      measured: `${((measured.closedAfterMs ?? 0) / 1_000).toFixed(1)} s`,
      floor: "",
      budget: "30 s after he was stopped",
    },
  ],
  { options, measured, control },
)
