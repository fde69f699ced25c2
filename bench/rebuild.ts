/**
 * Rebuilding the history model of a long log while people chat:
 *
 *   node bench/rebuild.ts [--events 1000000] [--rate 500] [--seconds 10]
 *
 * A log is written, the server started over it, and messages are sent through the public socket before, during and after the rebuild, at the
 * same rate and between the same people; at last the rebuilt model is compared with one built anew, row for row. The floor is the time before it. Writes `bench/out/rebuild.json`.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import type { RebuildProgress } from "@parley/projections/Rebuilds"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { KeyVault } from "@parley/runtime/KeyVault"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultSqlite"
import * as Effect from "effect/Effect"
import { openLoop, type Result } from "./harness/load.ts"
import { startParley } from "./harness/parleyTarget.ts"
import { freePort } from "@parley/runtime/freePort"
import { writeReport } from "./harness/report.ts"
import { sameRows } from "./harness/sameRows.ts"
import { writeLog, writer } from "./harness/syntheticLog.ts"

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    rate: { type: "string", default: "500" },
    seconds: { type: "string", default: "10" },
  },
})
const [events, rate, seconds] = [Number(values.events), Number(values.rate), Number(values.seconds)]
/** Of one conversation. */
const each = 500
/** With the vault that a server expects beside a log. */
const fill = (path: (name: string) => string): Promise<void> =>
  Effect.gen(function* () {
    yield* (yield* KeyVault).dataKey(writer)
    yield* writeLog({ conversations: Math.ceil(events / each), each, bodyBytes: 128 })
  }).pipe(
    Effect.provide(eventStore({ file: path("events.db") })),
    Effect.provide(keyVault({ file: path("keys.db"), masterKeyFile: path("master.key") })),
    Effect.scoped,
    Effect.runPromise,
  )

const directory = mkdtempSync(join(tmpdir(), "parley-rebuild-"))
const opsPort = await freePort()
const ops = (path: string, method = "GET") => fetch(`http://127.0.0.1:${opsPort}${path}`, { method })

/** Positions that the history model is behind. */
const lag = async (): Promise<number> =>
  Number(/parley_model_lag\{model="history"\} (\d+)/.exec(await (await ops("/metrics")).text())?.[1])
const progress = async (): Promise<RebuildProgress> =>
  (await (await ops("/rebuild/history")).json()) as RebuildProgress

const worst = (results: ReadonlyArray<Result>, figure: (result: Result) => number): number =>
  Math.max(...results.map(figure))

try {
  await fill((name) => join(directory, name))
  process.stdout.write("written\n")
  const parley = await startParley({ PARLEY_DATA_DIR: directory, PARLEY_OPS_PORT: String(opsPort) })
  try {
    const followed = performance.now()
    while ((await lag()) > 1_000) await pause(500)
    process.stdout.write(`followed for ${((performance.now() - followed) / 1_000).toFixed(0)} s\n`)
    const pairs = await parley.pairs(32)
    const send = (length: number): Promise<Result> => openLoop(parley.pid, pairs, rate, length)
    await send(3)
    const before = [await send(seconds)]
    const started = performance.now()
    const answer = await ops("/rebuild/history", "POST")
    if (answer.status !== 202) throw new Error(`the rebuild was refused: ${await answer.text()}`)
    const during: Array<Result> = []
    let course: RebuildProgress
    do {
      during.push(await send(5))
      course = await progress()
      process.stdout.write(`${course.applied} of ${course.total}, ${course.rate_per_second}/s\n`)
    } while (course.state === "running")
    const took = (performance.now() - started) / 1_000
    if (course.state === "failed") throw new Error(`the rebuild failed: ${course.detail}`)
    const after = [await send(seconds)]
    const ms = (n: number): string => `${n.toFixed(2)} ms`
    const floor = worst(before, (result) => result.ack.p99)
    const row = (what: string, results: ReadonlyArray<Result>) => ({
      what: `send → ack at ${rate}/s, p50 and p99, ${what}`,
      measured: `${ms(worst(results, (result) => result.ack.p50))}, ${ms(worst(results, (result) => result.ack.p99))}`,
      floor: ms(floor),
      budget: `p99 < ${ms(2 * floor + 5)}`,
      ratio: worst(results, (result) => result.ack.p99) / (2 * floor + 5),
    })
    writeReport(
      "rebuild",
      [
        row("before", before),
        row(`during, the worst 5 s of ${during.length}`, during),
        row("after", after),
        {
          what: `${events.toLocaleString("en")} events rebuilt, within the last 5 s`,
          measured: `${took.toFixed(0)} s, ${Math.round(course.applied / took).toLocaleString("en")}/s`,
          floor: "",
          budget: "",
        },
      ],
      { before, during, after, took, course },
    )
  } finally {
    await parley.stop()
  }
  const generation = readFileSync(join(directory, "history.db.generation"), "utf8").trim()
  const [log, file] = [join(directory, "events.db"), join(directory, `history.${generation}.db`)]
  const store = eventStore({ file: log })
  const rows = await Effect.sync(() => sameRows(log, file, join(directory, "fresh.db"))).pipe(
    Effect.provide(store),
    Effect.runPromise,
  )
  process.stdout.write(`the rebuilt model and one built anew are the same, ${rows} rows compared\n`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
