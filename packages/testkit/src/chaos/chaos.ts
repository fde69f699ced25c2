/** One server under load that is killed again and again, each time started anew on its data. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { rateLimits } from "@parley/domain/limits"
import { readLog } from "../checker/readLog.ts"
import { SeededRandom } from "../checker/SeededRandom.ts"
import { startParley, type RunningParley } from "../startParley.ts"
import type { ChaosOptions } from "./ChaosOptions.ts"
import type { ChaosReport } from "./ChaosReport.ts"
import { now } from "./Recorder.ts"
import type { Stage } from "./Stage.ts"
import { underLoad } from "./underLoad.ts"

/** The server's environment where nobody is to be limited. */
export const raised: Readonly<Record<string, string>> = Object.fromEntries(
  rateLimits.map((name) => [`PARLEY_LIMIT_${name.toUpperCase()}`, "1000000"]),
)

export const chaos = async (options: ChaosOptions, say: (line: string) => void): Promise<ChaosReport> => {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-chaos-"))
  const parley = await startParley({ dataDir, env: options.defaultLimits ? {} : raised })
  try {
    return await underLoad(
      {
        addresses: [parley.url],
        lastWords: () => parley.output().slice(-4_000),
        readLog: async (recording) => {
          await parley.stop()
          return readLog(dataDir, recording)
        },
      },
      (stage) => killing(parley, stage, options, say),
      options,
      say,
    )
  } finally {
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
