/**
 * A failure drill: many nodes under load, one thing happens to them in the middle, then quiet, then the checker over the whole record;
 * and how long it took until every conversation answered again.
 *
 * Always true: the processes are left running, for the next drill; its people are of its own.
 */
import { setTimeout as pause } from "node:timers/promises"
import { readLog, type Rows } from "../checker/readLog.ts"
import type { ChaosOptions } from "../chaos/ChaosOptions.ts"
import { type ChaosReport, wrongsOf } from "../chaos/ChaosReport.ts"
import { now } from "../chaos/Recorder.ts"
import type { Traffic } from "../chaos/Traffic.ts"
import { underLoad } from "../chaos/underLoad.ts"
import { type Disturbance, notRunning } from "./disturbances.ts"
import type { Nodes } from "./startNodes.ts"

export interface DrillReport {
  readonly disturbance: Disturbance
  readonly report: ChaosReport
  readonly beganAt: number
  readonly endedAt: number
  /** Of the sends before it began and since. */
  readonly calm: ReadonlyArray<number>
  readonly recovery: Recovery
  readonly faults: ReadonlyArray<string>
}

export interface Recovery {
  /** From its beginning until every conversation had acknowledged something that was offered since. */
  readonly allAnswerMs: number
  /** From its beginning until the last send was acknowledged that had waited for more than a second. 0: there was none. */
  readonly lastWaiterMs: number
}

/** Who waited longer was disturbed. */
const patienceMs = 1_000

const recoveryOf = ({ answers }: Traffic, conversations: number, beganAt: number): Recovery => {
  const first = new Map<number, number>()
  let lastWaiterMs = 0
  for (const { conversation, due, at } of answers) {
    if (at < beganAt) continue
    if (due >= beganAt && !first.has(conversation)) first.set(conversation, at - beganAt)
    if (at - due > patienceMs) lastWaiterMs = Math.max(lastWaiterMs, at - beganAt)
  }
  return { allAnswerMs: first.size < conversations ? Infinity : Math.max(...first.values()), lastWaiterMs }
}

/** Of the run's seconds: so long all is well before it happens, and at least so long sends go on when it is over. */
const calmShare = 0.3

/** The keys are beside the log, in Postgres. */
const keysIn =
  ({ postgres }: Nodes) =>
  (stream: string): Rows =>
    JSON.parse(
      postgres.psql(
        `SELECT coalesce(json_agg(json_build_object('sender', sender, 'client_msg_id', client_msg_id, 'seq', seq, 'message_id', message_id)), '[]') FROM parley.message_keys WHERE stream = '${stream}'`,
      ),
    ) as Rows

export const drill = async (
  nodes: Nodes,
  disturbance: Disturbance,
  options: ChaosOptions,
  say: (line: string) => void,
): Promise<DrillReport> => {
  let [beganAt, endedAt] = [Infinity, Infinity]
  const calmMs = options.seconds * 1_000 * calmShare
  const all = [...nodes.gateways, ...nodes.runners, ...nodes.projectors]
  const report = await underLoad(
    {
      addresses: nodes.gateways.map(({ url }) => url),
      readLog: async (recording) => readLog(nodes.eventStore.directory, recording, keysIn(nodes)),
      lastWords: () => all.map(({ output }) => output().slice(-2_000)).join("\n"),
    },
    async ({ recorder: { recording } }) => {
      await pause(calmMs)
      beganAt = now()
      recording.kills.push(beganAt)
      recording.asksAgain = true
      await disturbance.begin(nodes)
      say(`${disturbance.name}: has happened after ${(now() - beganAt).toFixed(0)} ms`)
      await pause(disturbance.lastsMs)
      await disturbance.end(nodes)
      endedAt = now()
      say(`${disturbance.name}: over after ${(endedAt - beganAt).toFixed(0)} ms`)
      await pause(calmMs)
    },
    options,
    say,
  )
  const { traffic, stage } = report
  return {
    disturbance,
    report,
    beganAt,
    endedAt,
    calm: traffic.answers.filter(({ at }) => at < beganAt).map(({ due, at }) => at - due),
    recovery: recoveryOf(traffic, stage.talks.length, beganAt),
    faults: [...wrongsOf(report), ...notRunning(nodes)],
  }
}
