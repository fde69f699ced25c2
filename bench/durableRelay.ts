/**
 * What durability alone costs a message at 1,000 a second: a bare `ws` relay that knows nothing of conversations, as it keeps more and
 * more of a message before it answers, one commit for each.
 *
 *   node bench/durableRelay.ts [--seconds 5]
 *
 * The floor of everything that answers after an fsync from another thread; Parley's own figure stands in the budget table. Writes
 * `bench/out/durableRelay.json`.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { type CommitKind, commitKinds } from "./harness/bareCommit.ts"
import { startBare } from "./harness/bareTarget.ts"
import { openLoop, type Result } from "./harness/load.ts"
import { writeReport } from "./harness/report.ts"

const { values } = parseArgs({ options: { seconds: { type: "string", default: "5" } } })
const seconds = Number(values.seconds)
const pairsCount = 64
const perSecond = 1_000

const what: Readonly<Record<CommitKind, string>> = {
  nothing: "kept nowhere",
  inline: "appended to a file by the loop's own thread, one fdatasync a turn",
  thread: "handed to a thread and back",
  log: "appended to a file by that thread, fdatasync",
  sqlite: "committed to SQLite by that thread, two tables and an index",
}

const measure = async (kind: CommitKind): Promise<Result> => {
  const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
  const target = await startBare({}, { kind, directory })
  const pairs = await target.pairs(pairsCount)
  await openLoop(target.pid, pairs, perSecond, 2)
  const result = await openLoop(target.pid, pairs, perSecond, seconds)
  await target.stop()
  rmSync(directory, { recursive: true })
  return result
}

const results: Array<readonly [CommitKind, Result]> = []
for (const kind of commitKinds) results.push([kind, await measure(kind)])
const floor = results[0]![1]
writeReport(
  "durableRelay",
  results.map(([kind, { cpuUsPerMessage, delivery }]) => ({
    what: `server CPU a message, ${what[kind]}`,
    measured: `${cpuUsPerMessage.toFixed(0)} µs; p50 ${delivery.p50.toFixed(2)} ms, p99 ${delivery.p99.toFixed(2)} ms`,
    floor: `${floor.cpuUsPerMessage.toFixed(0)} µs`,
    budget: "",
  })),
  results,
)
