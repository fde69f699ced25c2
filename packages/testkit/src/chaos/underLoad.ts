/**
 * A chaos run: the started product under load while something happens to it, its members change and its history is read; then quiet,
 * then the truth.
 *
 * Always true: all that it decides by chance comes from the seed; what the machine's scheduling makes of it does not. The record goes to
 * the checker whole, with the log itself beside it.
 */
import { cpus } from "node:os"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as pause } from "node:timers/promises"
import { check } from "../checker/check.ts"
import { generateRecording } from "../checker/generateRecording.ts"
import { prove, proveOnPart } from "../checker/prove.ts"
import type { LogOf, Recording } from "../checker/Recording.ts"
import { SeededRandom } from "../checker/SeededRandom.ts"
import { Acts } from "./Acts.ts"
import { Changes } from "./Changes.ts"
import type { ChaosOptions } from "./ChaosOptions.ts"
import type { ChaosReport } from "./ChaosReport.ts"
import { Marks, readInboxes } from "./Marks.ts"
import { Reads } from "./Reads.ts"
import { now } from "./Recorder.ts"
import { inTurn, Stage } from "./Stage.ts"
import { Traffic } from "./Traffic.ts"

/** How long the end may take until everybody is caught up. Whoever is not by then is what the checker finds. */
const quietWithinMs = 120_000

/** A marker acknowledged over the stream is stored within a second. */
const markersKeptWithinMs = 1_500

/** What is under load. */
export interface Subject {
  /** Where clients connect. */
  readonly addresses: ReadonlyArray<string>
  /** When all clients are gone: the log as it stands. */
  readonly readLog: (recording: Recording) => Promise<ReadonlyArray<LogOf>>
  /** What it wrote last, for whoever looks for a fault. */
  readonly lastWords: () => string
}

/** Something that happens to it meanwhile. Sends go on until it is over, however long it takes. */
export type Disturb = (stage: Stage) => Promise<void>

export const underLoad = async (
  subject: Subject,
  disturb: Disturb,
  options: ChaosOptions,
  say: (line: string) => void,
): Promise<ChaosReport> => {
  const random = new SeededRandom(options.seed)
  const before = prove(generateRecording(options.seed), random)
  const stage = new Stage(subject.addresses, options)
  try {
    await stage.open()
    say(`${stage.clients.length} connections in ${stage.talks.length} conversations`)
    const lateness = monitorEventLoopDelay({ resolution: 10 })
    lateness.enable()
    const [spent, machine] = [process.cpuUsage(), machineTimes()]
    const traffic = new Traffic(stage, random, options.rate, options.seconds)
    const changes = new Changes(stage, new SeededRandom(options.seed + 1))
    const reads = new Reads(stage, new SeededRandom(options.seed + 2))
    const acts = new Acts(stage, new SeededRandom(options.seed + 4))
    const marks = new Marks(stage, new SeededRandom(options.seed + 5))
    const sideshows = [changes, reads, acts, marks]
    const running = sideshows.map((sideshow) => sideshow.run())
    traffic.goesOn = true
    const disturbed = disturb(stage).finally(() => (traffic.goesOn = false))
    await Promise.all([traffic.run(), disturbed])
    const cost = { ...process.cpuUsage(spent), loopDelayMs: lateness.percentile(99) / 1e6 }
    const idle = idleSince(machine)
    lateness.disable()
    for (const sideshow of sideshows) sideshow.stop()
    await Promise.all(running)
    const settled = await settle(stage)
    say(`quiet after ${(settled.ms / 1000).toFixed(1)} s; ${JSON.stringify(settled.left)} left`)
    await readTruth(stage)
    await pause(markersKeptWithinMs)
    await readInboxes(stage)
    stage.close()
    const { recording } = stage.recorder
    recording.log = [...(await subject.readLog(recording))]
    nameByLog(stage)
    const started = now()
    const verdict = check(recording)
    const checkMs = now() - started
    const after = proveOnPart(recording, random)
    return {
      options,
      stage,
      traffic,
      changes,
      acts,
      marks,
      verdict,
      checkMs,
      before,
      after,
      settled,
      cost,
      idle,
    }
  } catch (cause) {
    say(subject.lastWords())
    throw cause
  } finally {
    stage.close()
  }
}

const machineTimes = (): { readonly idle: number; readonly all: number } => {
  const times = cpus().map((cpu) => cpu.times)
  const idle = times.reduce((sum, one) => sum + one.idle, 0)
  return { idle, all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) }
}

const idleSince = (before: ReturnType<typeof machineTimes>): number => {
  const after = machineTimes()
  return (after.idle - before.idle) / (after.all - before.all)
}

export interface Settled {
  readonly ms: number
  readonly left: ReturnType<Stage["unsettled"]>
}

const settle = async (stage: Stage): Promise<Settled> => {
  const began = now()
  for (;;) {
    const left = stage.unsettled()
    const ms = now() - began
    if (ms > quietWithinMs || left.behind + left.waiting + left.away === 0) return { ms, left }
    await pause(100)
  }
}

/** Every conversation, by its owner, from the end to the first message. */
const readTruth = async ({ talks, recorder, accounts }: Stage): Promise<void> => {
  await inTurn(talks, 4, async ({ id, number, owner }) => {
    recorder.recording.history[number] = recorder.items(await accounts.get(owner)!.wholeHistory(id))
  })
}

/** A history page names `client_msg_id` to the sender only; the log names all. */
const nameByLog = ({ recorder: { recording } }: Stage): void => {
  recording.history = recording.history.map((history, conversation) => {
    const named = new Map(
      recording.log![conversation]!.messages.map((message) => [message.messageId, message]),
    )
    return history.map((item) => {
      const clientMsgId = item.clientMsgId ?? named.get(item.messageId)?.clientMsgId
      return clientMsgId === undefined ? item : { ...item, clientMsgId }
    })
  })
}
