/**
 * Appends of the embedded event store, every one durable, beside a bare fdatasync'd file in the same run:
 *
 *   node bench/store.ts [--rounds 5] [--seconds 3]
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStoreSqlite } from "@parley/runtime/eventStore/EventStoreSqlite"
import { eventId } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"
import { fsyncFloor } from "./harness/fsyncFloor.ts"
import { type Row, writeReport } from "./harness/report.ts"
import { median } from "./harness/summary.ts"

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "3" } },
})
const data = JSON.stringify({ ts: 1, text: "x".repeat(300) })
const metadata = JSON.stringify({ v: 1, actor: "ann", causation: "r", correlation: "r", ts: 1 })

/** Appends a second and CPU an append, with this many appenders, each waiting for its own answer, each on its own stream. */
const appends = Effect.fnUntraced(function* (appenders: number, round: number) {
  const store = yield* EventStore
  const end = performance.now() + Number(values.seconds) * 1_000
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const counts = yield* Effect.forEach(
    Array.from({ length: appenders }, (_, i) => i),
    Effect.fnUntraced(function* (i) {
      const stream = `conversation-${round}-${appenders}-${i}`
      let revision = -1
      while (performance.now() < end) {
        const events = [{ id: eventId(), type: "MessageSent", data, metadata }]
        const expected = revision < 0 ? ("no_stream" as const) : revision
        const key = {
          sender: "ann",
          clientMsgId: `m${revision}`,
          seq: revision + 1,
          messageId: "msg_",
          mac: "x",
          ts: 1,
        }
        ;({ revision } = yield* store.append({ stream, expected, events, keys: [key] }))
      }
      return revision + 1
    }),
    { concurrency: "unbounded" },
  )
  const total = counts.reduce((sum, count) => sum + count, 0)
  const used = process.cpuUsage(cpu)
  return {
    perSecond: (total * 1_000) / (performance.now() - start),
    cpuUs: (used.user + used.system) / total,
  }
})

const measure = Effect.fnUntraced(function* (appenders: number) {
  yield* appends(appenders, 0)
  return yield* Effect.forEach(Array.from({ length: Number(values.rounds) }), (_, i) =>
    appends(appenders, i + 1),
  )
})

const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
const disk = fsyncFloor(1_000)
const { one, many } = await Effect.runPromise(
  Effect.all({ one: measure(1), many: measure(64) }).pipe(
    Effect.provide(eventStoreSqlite({ file: join(directory, "events.db") })),
    Effect.scoped,
  ),
)
rmSync(directory, { recursive: true })

/** What was measured when SQLite was chosen, on a machine of this size (`docs/decisions/0002`): a reference, no budget. */
const row = (what: string, measured: typeof one, reference: number, floor: string): Row => {
  const perSecond = median(measured.map((m) => m.perSecond))
  const cpuUs = median(measured.map((m) => m.cpuUs))
  return {
    what,
    measured: `${perSecond.toFixed(0)}/s, ${cpuUs.toFixed(0)} µs CPU`,
    floor,
    budget: `reference ${reference}/s`,
  }
}
const bare = (1_000 / disk.p50).toFixed(0)
writeReport(
  "store",
  [
    row("durable appends, one appender", one, 3_900, `${bare}/s bare fdatasync`),
    row("durable appends, 64 appenders", many, 42_000, `${bare}/s bare fdatasync, one at a time`),
  ],
  { disk, one, many },
)
