/**
 * The inbox of somebody with very many conversations, page after page, through the threads that serve, while messages come in:
 *
 *   node bench/inbox.ts [--conversations 5000] [--pages 600]
 *
 * The floor is the inbox of somebody with fifty, asked in the same way.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { messageIdAt } from "@parley/domain/ids"
import { History } from "@parley/projections/History"
import { Inbox } from "@parley/projections/Inbox"
import type { InboxCursor } from "@parley/projections/inboxCursor"
import { layer as models } from "@parley/projections/models"
import { layer as reading } from "@parley/projections/reading"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { eventId, messageEntropy } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { writeReport } from "./harness/report.ts"
import { type Summary, summarize } from "./harness/summary.ts"

const { values } = parseArgs({
  options: { conversations: { type: "string", default: "5000" }, pages: { type: "string", default: "600" } },
})
const [conversations, pages] = [Number(values.conversations), Number(values.pages)]
const few = 50
const said = 10
const idOf = (n: number): string => `cnv_${String(n).padStart(26, "0")}`
const sealed = (owner: string, bytes: number) => ({ owner, box: Buffer.alloc(bytes, 7).toString("base64") })

/** "busy" is in all of them, "quiet" in the first fifty. */
const eventOf = (n: number, seq: number): ConversationEvent => {
  if (seq > 0)
    return {
      _tag: "MessageSent",
      ts: seq,
      message_id: messageIdAt(seq, messageEntropy()),
      sender: `friend-${n}`,
      client_msg_id: `key-${seq}`,
      body: sealed(`friend-${n}`, 128),
      mac: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
      ordinal: seq,
      sender_ordinal: seq,
    }
  const people = ["busy", `friend-${n}`, ...(n < few ? ["quiet"] : [])]
  return {
    _tag: "ConversationCreated",
    ts: 1,
    kind: "group",
    creator: "busy",
    members: people.map((user_id) => ({ user_id, role: "member" })),
    member_count: people.length,
    history: "all",
    name: sealed("busy", 40),
    metadata: sealed("busy", 400),
  }
}

const append = Effect.fnUntraced(function* (n: number, from: number, count: number) {
  const store = yield* EventStore
  yield* store.append({
    stream: `conversation-${idOf(n)}`,
    expected: from === 0 ? "no_stream" : from - 1,
    events: Array.from({ length: count }, (_, i) => ({
      id: eventId(),
      ...encodeEvent(eventOf(n, from + i), { actor: "bench", correlation: "bench" }),
    })),
  })
})

const all = Array.from({ length: conversations }, (_, n) => n)

/** Somebody says something somewhere, a hundred times a second. */
const chatter = Effect.gen(function* () {
  const next = new Map<number, number>()
  for (let tick = 0; ; tick++) {
    const n = (tick * 7_919) % conversations
    const seq = next.get(n) ?? said + 1
    next.set(n, seq + 1)
    yield* append(n, seq, 1)
    yield* Effect.sleep(10)
  }
})

const timed = Effect.fnUntraced(function* (user: string) {
  const inbox = yield* Inbox
  const took: Array<number> = []
  let cursor: InboxCursor | undefined
  for (let n = 0; n < pages; n++) {
    const start = performance.now()
    const page = yield* inbox.page(user, { limit: 50, ...(cursor === undefined ? {} : { cursor }) })
    took.push(performance.now() - start)
    if (page.rows.length !== 50) throw new Error("a page is not full")
    cursor = page.next
  }
  return summarize(took)
})

const directory = mkdtempSync(join(tmpdir(), "parley-inbox-"))
const path = (name: string): string => join(directory, name)

const program = Effect.gen(function* () {
  yield* Effect.forEach(all, (n) => append(n, 0, 1), { concurrency: 64, discard: true })
  yield* Effect.forEach(all, (n) => append(n, 1, said), { concurrency: 64, discard: true })
  const [history, store] = [yield* History, yield* EventStore]
  const head = yield* store.headPosition
  while ((yield* history.position) < head) yield* Effect.ignore(history.caughtUp(head))
  yield* timed("busy")
  const talking = yield* Effect.forkChild(chatter)
  const result = { quiet: yield* timed("quiet"), busy: yield* timed("busy") }
  yield* Fiber.interrupt(talking)
  return result
}).pipe(
  Effect.provide(
    reading.pipe(
      Layer.provideMerge(models({ log: path("events.db"), fileOf: (model) => path(`${model}.db`) })),
      Layer.provideMerge(eventStore({ file: path("events.db") })),
    ),
  ),
  Effect.scoped,
)

try {
  const { quiet, busy } = await Effect.runPromise(program)
  const show = ({ p50, p99 }: Summary): string => `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`
  writeReport(
    "inbox",
    [
      {
        what: `a page of 50 of ${conversations.toLocaleString("en")} conversations, ${pages} one after another`,
        measured: show(busy),
        floor: `of ${few}: ${show(quiet)}`,
        budget: "10 ms",
        ratio: busy.p99 / 10,
      },
    ],
    { quiet, busy },
  )
} finally {
  rmSync(directory, { recursive: true, force: true })
}
