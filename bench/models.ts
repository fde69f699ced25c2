/**
 * The read models: how fast they follow the log, in the threads and files that serve, and what a page costs:
 *
 *   node bench/models.ts [--rounds 5] [--messages 60000]
 *
 * The floor is the same log read and decoded, and thrown away.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { decodeEvent, encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { Follower } from "@parley/projections/Follower"
import { History } from "@parley/projections/History"
import { layer as models } from "@parley/projections/models"
import { type ModelName, modelNamed } from "@parley/projections/modelNamed"
import { layer as readsLayer, Reads } from "@parley/projections/Reads"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { type LogReader, openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { eventId } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { writeReport } from "./harness/report.ts"
import { median } from "./harness/summary.ts"

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, messages: { type: "string", default: "60000" } },
})
const [rounds, messages] = [Number(values.rounds), Number(values.messages)]
const conversations = 6
const each = Math.floor(messages / conversations)
const idOf = (n: number): string => `cnv_${String(n).padStart(26, "0")}`
const box = Buffer.alloc(128, 7).toString("base64")

const eventOf = (revision: number): ConversationEvent =>
  revision === 0
    ? {
        _tag: "ConversationCreated",
        ts: 1,
        kind: "direct",
        creator: "ann",
        members: [
          { user_id: "ann", role: "member" },
          { user_id: "bob", role: "member" },
        ],
        member_count: 2,
        history: "all",
      }
    : {
        _tag: "MessageSent",
        ts: revision,
        message_id: `msg_${String(revision).padStart(26, "0")}`,
        sender: revision % 2 === 0 ? "ann" : "bob",
        client_msg_id: `01990000-0000-7000-8000-${String(revision).padStart(12, "0")}`,
        body: { owner: revision % 2 === 0 ? "ann" : "bob", box },
        mac: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
        ordinal: revision,
        sender_ordinal: Math.ceil(revision / 2),
      }

/** All conversations grow at once, as in life: neighbours in the log belong to different ones. */
const fill = Effect.gen(function* () {
  const store = yield* EventStore
  for (let from = 0; from <= each; from += 100)
    yield* Effect.forEach(
      Array.from({ length: conversations }, (_, n) => n),
      (n) =>
        store.append({
          stream: `conversation-${idOf(n)}`,
          expected: from === 0 ? "no_stream" : from - 1,
          events: Array.from({ length: Math.min(100, each + 1 - from) }, (_, i) => ({
            id: eventId(),
            ...encodeEvent(eventOf(from + i), { actor: "ann", correlation: "request-1" }),
          })),
        }),
      { concurrency: "unbounded" },
    )
})

const perSecond = (count: number, start: number): number => (count * 1_000) / (performance.now() - start)

const readOnly = (reader: LogReader): number => {
  const start = performance.now()
  let [from, count] = [0, 0]
  for (;;) {
    const events = reader.readAll({ from, limit: 500, prefixes: ["conversation-"] })
    for (const event of events) decodeEvent(event)
    count += events.length
    if (events.length < 500) return perSecond(count, start)
    from = events.at(-1)!.position + 1
  }
}

const applied = (model: ModelName, reader: LogReader, file: string): number => {
  const follower = new Follower(modelNamed[model], reader, file)
  const start = performance.now()
  while (follower.step().more);
  const rate = perSecond(each * conversations, start)
  follower.close()
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true })
  return rate
}

/** As the gateway asks: head, question to the thread, answer; 16 at a time. */
const pages = Effect.gen(function* () {
  const reads = yield* Reads
  const took: Array<number> = []
  const start = performance.now()
  yield* Effect.forEach(
    Array.from({ length: 20_000 }, (_, n) => n),
    Effect.fnUntraced(function* (n) {
      const asked = performance.now()
      const before = 51 + ((n * 7_919) % (each - 50))
      const page = yield* reads.page(idOf(n % conversations), "ann", { _tag: "Before", before, limit: 50 })
      took.push(performance.now() - asked)
      if (page?.messages.length !== 50) throw new Error("a page is not full")
    }),
    { concurrency: 16, discard: true },
  )
  const rate = perSecond(took.length, start)
  took.sort((a, b) => a - b)
  return { rate, p50: took[took.length >> 1]!, p99: took[Math.floor(took.length * 0.99)]! }
})

/** One page of the model itself, without threads. */
const pageAlone = (reader: LogReader, file: string): number => {
  const follower = new Follower(modelNamed.history, reader, file)
  while (follower.step().more);
  const count = 5_000
  const start = performance.now()
  for (let n = 0; n < count; n++)
    follower.query("page", [
      idOf(n % conversations),
      "ann",
      { _tag: "Before", before: 51 + ((n * 7_919) % (each - 50)), limit: 50 },
    ])
  const ms = (performance.now() - start) / count
  follower.close()
  return ms
}

const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
const path = (name: string): string => join(directory, name)

const program = Effect.gen(function* () {
  yield* fill
  const reader = openLogReader(path("events.db"))
  const once = (_: unknown, round: number) => ({
    scan: readOnly(reader),
    history: applied("history", reader, path(`history-${round}.db`)),
    membership: applied("membership", reader, path(`membership-${round}.db`)),
  })
  const measured = Array.from({ length: rounds }, once)
  const alone = pageAlone(reader, path("alone.db"))
  reader.close()
  const served = readsLayer.pipe(
    Layer.provideMerge(models({ log: path("events.db"), fileOf: (model) => path(`${model}.db`) })),
  )
  const page = yield* Effect.gen(function* () {
    const history = yield* History
    const head = yield* (yield* EventStore).headPosition
    // From zero: longer than one wait.
    while ((yield* history.position) < head) yield* Effect.ignore(history.caughtUp(head))
    yield* pages
    return yield* pages
  }).pipe(Effect.provide(served))
  return { measured, alone, page }
}).pipe(Effect.provide(eventStore({ file: path("events.db") })), Effect.scoped)

try {
  const { measured, alone, page } = await Effect.runPromise(program)
  const of = (name: "scan" | "history" | "membership"): number => median(measured.map((one) => one[name]))
  const [scan, history, membership] = [of("scan"), of("history"), of("membership")]
  const rate = (n: number): string => `${Math.round(n).toLocaleString("en")}/s`
  const floor = `read and decoded: ${rate(scan)}`
  writeReport(
    "models",
    [
      { what: "scan, decoded", measured: rate(scan), floor: "", budget: "50,000/s", ratio: 50_000 / scan },
      {
        what: "into the history model",
        measured: rate(history),
        floor,
        budget: "15,000/s",
        ratio: 15_000 / history,
      },
      {
        what: "into the membership model",
        measured: rate(membership),
        floor,
        budget: "15,000/s",
        ratio: 15_000 / membership,
      },
      {
        what: `page of 50 of ${each.toLocaleString("en")}, the model alone`,
        measured: `${(alone * 1_000).toFixed(0)} µs`,
        floor: "",
        budget: "1 ms",
        ratio: alone,
      },
      {
        what: "the same through the thread, 16 at a time",
        measured: `${rate(page.rate)}, p50 ${page.p50.toFixed(2)} ms, p99 ${page.p99.toFixed(2)} ms`,
        floor: "",
        budget: "5,000/s",
        ratio: 5_000 / page.rate,
      },
    ],
    { measured, alone, page },
  )
} finally {
  rmSync(directory, { recursive: true, force: true })
}
