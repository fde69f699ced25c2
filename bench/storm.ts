/**
 * A reconnect storm: everybody is cut at once while messages go on, and comes back as the SDK does.
 *
 *   node bench/storm.ts [--people 2000] [--groups 20] [--size 20] [--rate 500] [--rounds 2]
 *
 * The fleet of connections, the writers and the server are three processes on this machine. From the cut until each connection has the
 * answer to its sync: the wait of the SDK's back-off, a stream token over a new connection, the upgrade, and the replay included. The
 * event loop's delay is the server's own figure, over the same time. Writes `bench/out/storm.json`.
 */
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { cpuUs, threadCpuUs } from "./harness/cpu.ts"
import { gather } from "./harness/fleet/crowd.ts"
import { writeReport } from "./harness/report.ts"
import { summarize } from "./harness/summary.ts"

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "2000" },
    groups: { type: "string", default: "20" },
    size: { type: "string", default: "20" },
    rate: { type: "string", default: "500" },
    rounds: { type: "string", default: "2" },
  },
})
const [people, rate] = [Number(values.people), Number(values.rate)]
/** Messages go on so long before the cut, and after everybody is back. */
const steadyMs = 2_000
const caughtUpBudgetMs = 4_000
const delayBudgetMs = 200

const crowd = await gather({
  people,
  groups: Number(values.groups),
  groupSize: Number(values.size),
  writers: 20,
})
const { fleet, parley, writers } = crowd
const delayP99Ms = async (): Promise<number> =>
  (await parley.metrics()).get("parley_event_loop_delay_p99_seconds")! * 1_000

let before = await fleet.report(new Map())
const cutAndCatchUp = async () => {
  const stop = crowd.speak(rate)
  await pause(steadyMs)
  const steadyDelay = await delayP99Ms()
  const [cpu, threads, start] = [cpuUs(parley.pid()), threadCpuUs(parley.pid()), performance.now()]
  const fleetCpu = cpuUs(fleet.pid)
  await fleet.cut()
  const tookMs = performance.now() - start
  const delay = await delayP99Ms()
  const main = threadCpuUs(parley.pid()).get(parley.pid())!.us - threads.get(parley.pid())!.us
  const used = cpuUs(parley.pid()) - cpu
  const fleetUsed = cpuUs(fleet.pid) - fleetCpu
  await pause(steadyMs)
  stop()
  await crowd.quiet()
  // What was acknowledged has been on its way for a moment.
  await pause(500)
  const report = await fleet.report(crowd.heads())
  const round = {
    caughtUp: summarize(report.caughtUpMs),
    hello: summarize(report.helloMs),
    delayP99Ms: delay,
    steadyDelayP99Ms: steadyDelay,
    mainShare: main / 1_000 / tookMs,
    cpuShare: used / 1_000 / tookMs,
    fleetShare: fleetUsed / 1_000 / tookMs,
    frames: report.frames - before.frames,
    refused: report.refused - before.refused,
    repeated: report.repeated - before.repeated,
    skipped: report.skipped - before.skipped,
    lacking: report.lacking,
  }
  process.stdout.write(`${JSON.stringify(round)}\n`)
  before = report
  return round
}
type Round = Awaited<ReturnType<typeof cutAndCatchUp>>

const rounds: Array<Round> = []
while (rounds.length < Number(values.rounds)) rounds.push(await cutAndCatchUp())
const acks = summarize(writers.flatMap(({ acked }) => [...acked.values()].map(({ afterMs }) => afterMs)))
const refusals = writers.flatMap((writer) => writer.refusals)
await crowd.end()

const worst = (of: (round: Round) => number): number => Math.max(...rounds.map(of))
const total = (of: (round: Round) => number): string => String(rounds.reduce((n, round) => n + of(round), 0))
const ms = (n: number): string => `${n.toFixed(0)} ms`
const plain = (what: string, measured: string) => ({ what, measured, floor: "", budget: "" })
const none = (what: string, of: (round: Round) => number) => ({
  ...plain(what, total(of)),
  budget: "0",
  ratio: Number(total(of)) === 0 ? 0 : Infinity,
})
writeReport(
  "storm",
  [
    {
      what: `${people} connections cut, ${values.groups} conversations each, ${rate} messages/s: the last has caught up, worst of ${rounds.length}`,
      measured: ms(worst((round) => round.caughtUp.max)),
      floor: "",
      budget: `≤ ${caughtUpBudgetMs} ms`,
      ratio: worst((round) => round.caughtUp.max) / caughtUpBudgetMs,
    },
    plain("the median has", ms(worst((round) => round.caughtUp.p50))),
    {
      what: "event loop delay meanwhile, p99",
      measured: ms(worst((round) => round.delayP99Ms)),
      floor: `${ms(worst((round) => round.steadyDelayP99Ms))} before`,
      budget: `< ${delayBudgetMs} ms`,
      ratio: worst((round) => round.delayP99Ms) / delayBudgetMs,
    },
    none("events that somebody lacks in the end", (round) => round.lacking),
    none("events left out without a sync.gap", (round) => round.skipped),
    plain(
      "frames with a seq that came, and came again",
      `${total((round) => round.frames)}, ${total((round) => round.repeated)}`,
    ),
    plain(
      "attempts refused",
      total((round) => round.refused),
    ),
    plain("ack of the writers, p50 and p99 over all", `${ms(acks.p50)}, ${ms(acks.p99)}`),
    plain("sends refused", String(refusals.length)),
  ],
  { rounds, acks },
)
