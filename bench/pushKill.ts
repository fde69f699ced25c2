/**
 * Killing a server while it pushes:
 *
 *   node bench/pushKill.ts [--kills 200] [--seed 1]
 *
 * A process with the event store, the push queue, the deciding follower and what sends is killed by SIGKILL at random points, while it
 * pushes to a service in another process, which now and then refuses; at last it drains. Fails when a push came more often than jobs
 * were leased at the kills, or a message was never pushed. Writes `bench/out/push-kill.json`.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { killPushes } from "@parley/testkit/pushKill/killPushes"
import { writeReport } from "./harness/report.ts"

const { values } = parseArgs({
  options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
const directory = mkdtempSync(join(tmpdir(), "parley-push-kill-"))
try {
  const onKill = (kill: number): void => {
    if (kill % 20 === 0) process.stderr.write(`${kill} of ${kills}\n`)
  }
  const report = await killPushes({ directory, kills, seed, onKill })
  const { messages, pushes, leased, extra, forgotten } = report
  process.stdout.write(
    `seed ${seed}: ${kills} kills, ${messages} messages, ${pushes} pushes; ` +
      `${leased} leased at the kills, ${extra} pushed once more, ${forgotten} forgotten\n`,
  )
  const rows = [
    {
      what: `pushes once more, of jobs leased at ${kills} kills`,
      ...{ measured: String(extra), floor: "", budget: `≤ ${leased}`, ratio: extra / Math.max(1, leased) },
    },
    { what: `forgotten of ${messages} messages`, measured: String(forgotten), floor: "", budget: "0" },
  ]
  writeReport("push-kill", rows, { seed, ...report })
  process.exitCode = extra <= leased && forgotten === 0 ? 0 : 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
