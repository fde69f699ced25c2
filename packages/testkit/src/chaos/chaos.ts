/**
 * A chaos run: the started product under load while it is killed, its members change and its history is read; then quiet, then the truth.
 *
 * Always true: all that it decides by chance comes from the seed; what the machine's scheduling makes of it does not. The record goes to
 * the checker whole, with the log of the stopped server beside it.
 */
import { setTimeout as pause } from "node:timers/promises"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { check } from "../checker/check.ts"
import { prove, proveOnPart } from "../checker/prove.ts"
import { readLog } from "../checker/readLog.ts"
import { generateRecording } from "../checker/generateRecording.ts"
import { SeededRandom } from "../checker/SeededRandom.ts"
import { startParley, type RunningParley } from "../startParley.ts"
import { Acts } from "./Acts.ts"
import { Changes } from "./Changes.ts"
import type { ChaosOptions } from "./ChaosOptions.ts"
import type { ChaosReport } from "./ChaosReport.ts"
import { Marks, readInboxes } from "./Marks.ts"
import { Reads } from "./Reads.ts"
import { now } from "./Recorder.ts"
import { inTurn, Stage } from "./Stage.ts"
import { rateLimits } from "@parley/domain/limits"
import { Traffic } from "./Traffic.ts"

/** How long the end may take until everybody is caught up. Whoever is not by then is what the checker finds. */
const quietWithinMs = 120_000

/** A marker acknowledged over the stream is stored within a second. */
const markersKeptWithinMs = 1_500

const raised: Readonly<Record<string, string>> = Object.fromEntries(
  rateLimits.map((name) => [`PARLEY_LIMIT_${name.toUpperCase()}`, "1000000"]),
)

export const chaos = async (options: ChaosOptions, say: (line: string) => void): Promise<ChaosReport> => {
  const random = new SeededRandom(options.seed)
  const before = prove(generateRecording(options.seed), random)
  const dataDir = mkdtempSync(join(tmpdir(), "parley-chaos-"))
  const parley = await startParley({ dataDir, env: options.defaultLimits ? {} : raised })
  const stage = new Stage(parley.url, options.seed, options.connections, options.conversations)
  try {
    await stage.open()
    say(`${stage.clients.length} connections in ${stage.talks.length} conversations`)
    const lateness = monitorEventLoopDelay({ resolution: 10 })
    lateness.enable()
    const spent = process.cpuUsage()
    const traffic = new Traffic(stage, random, options.rate, options.seconds)
    const changes = new Changes(stage, new SeededRandom(options.seed + 1))
    const reads = new Reads(stage, new SeededRandom(options.seed + 2))
    const acts = new Acts(stage, new SeededRandom(options.seed + 4))
    const marks = new Marks(stage, new SeededRandom(options.seed + 5))
    const sideshows = [changes, reads, acts, marks]
    const running = sideshows.map((sideshow) => sideshow.run())
    const kills = killing(parley, stage, options, say)
    await traffic.run()
    const cost = { ...process.cpuUsage(spent), loopDelayMs: lateness.percentile(99) / 1e6 }
    lateness.disable()
    await kills
    for (const sideshow of sideshows) sideshow.stop()
    await Promise.all(running)
    const settled = await settle(stage)
    say(`quiet after ${(settled.ms / 1000).toFixed(1)} s; ${JSON.stringify(settled.left)} left`)
    await readTruth(stage)
    await pause(markersKeptWithinMs)
    await readInboxes(stage)
    stage.close()
    await parley.stop()
    const { recording } = stage.recorder
    recording.log = readLog(dataDir, recording)
    nameByLog(stage)
    const started = now()
    const verdict = check(recording)
    const checkMs = now() - started
    const after = proveOnPart(recording, random)
    return { options, stage, traffic, changes, acts, marks, verdict, checkMs, before, after, settled, cost }
  } catch (cause) {
    say(parley.output().slice(-4_000))
    throw cause
  } finally {
    stage.close()
    await parley.kill9()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** One kill in each equal part of the run, somewhere in its middle; restarted at once. */
const killing = async (
  parley: RunningParley,
  { recorder }: Stage,
  { seed, seconds, kills }: ChaosOptions,
  say: (line: string) => void,
): Promise<void> => {
  const random = new SeededRandom(seed + 3)
  const began = now()
  for (let kill = 0; kill < kills; kill++) {
    const at = ((kill + 0.2 + 0.6 * random.next()) * seconds * 1000) / kills
    await pause(Math.max(0, began + at - now()))
    const killedAt = now()
    recorder.recording.kills.push(killedAt)
    await parley.kill9()
    await parley.restart()
    say(`kill -9 at ${(at / 1000).toFixed(1)} s, serving again after ${(now() - killedAt).toFixed(0)} ms`)
  }
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
