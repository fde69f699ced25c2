/**
 * The parts of a message's CPU, each by itself, warm, in one thread:
 *
 *   node bench/parts.ts
 *
 * What a server adds to this: system calls, wake-ups of threads, and the cold start of code that runs a thousand times a second only.
 * The rows of `bench/messages.ts` hold all of it.
 */
import { randomBytes } from "node:crypto"
import { DatabaseSync } from "node:sqlite"
import { decodeEvent, encodeEvent } from "@parley/domain/conversation/codec"
import { decide } from "@parley/domain/conversation/decide"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { evolve } from "@parley/domain/conversation/evolve"
import { initial } from "@parley/domain/conversation/state"
import { defaultLimits } from "@parley/domain/limits"
import { canonicalBody } from "@parley/domain/wire/canonical"
import { encodeFrame } from "@parley/domain/wire/frame"
import { encodeContent } from "@parley/domain/wire/MessageContent"
import { readClientFrame } from "@parley/domain/wire/readClientFrame"
import { jsonDepth, mayHoldForbidden } from "@parley/domain/wire/text"
import { RateLimiter } from "@parley/gateway/limits/RateLimiter"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { macOf } from "@parley/runtime/BodyMac"
import { eventId, messageEntropy } from "@parley/runtime/freshIds"
import { dataKeyOf } from "@parley/runtime/keyVault/dataKeyOf"
import { open, seal } from "@parley/runtime/Sealer"

const rounds = 50_000
const rows: Array<readonly [string, number]> = []
const measure = (what: string, run: (i: number) => unknown): void => {
  for (let i = 0; i < rounds / 2; i++) run(i)
  const start = performance.now()
  for (let i = 0; i < rounds; i++) run(i)
  rows.push([what, ((performance.now() - start) * 1_000) / rounds])
}

const id = "cnv_01jdffffffffffffffffffffff"
const body = {
  text: "The quick brown fox jumps over the lazy dog, and is late for its ferry across the bay.",
}
const frame = Buffer.from(
  JSON.stringify({ id: "r1", type: "message.send", conversation_id: id, client_msg_id: "m1", payload: body }),
)
const key = dataKeyOf("ann", randomBytes(32))
const trail = { actor: "ann", correlation: "ses_1_1" }
const now = Date.now()

const created: ConversationEvent = {
  _tag: "ConversationCreated",
  ts: now,
  kind: "direct",
  creator: "ann",
  members: [
    { user_id: "ann", role: "member" },
    { user_id: "bob", role: "member" },
  ],
  member_count: 2,
  history: "all",
}
const before = evolve(initial, created)
const commandOf = (i: number) =>
  ({
    _tag: "SendMessage",
    actor: "ann",
    now,
    limits: defaultLimits,
    entropy: messageEntropy(),
    client_msg_id: `m${i}`,
    body: sealed,
    mac: "0123456789abcdefghijkl",
    size: { textChars: 90, textBytes: 90, metadataBytes: 0 },
  }) as const
const sealed = seal(key, `${id}/x`, encodeContent(body))
const decided = decide(before, commandOf(0))
if (decided._tag === "Rejected") throw new Error(decided.rejection.detail)
const event = decided.events[0]!
const stored = encodeEvent(event, trail)

measure("parse, check and decode the frame", () => {
  const text = frame.toString()
  jsonDepth(text, 32)
  mayHoldForbidden(text)
  return readClientFrame(JSON.parse(text))
})
const limiter = new RateLimiter({ ...defaultLimits, messages_per_second: 1e9, messages_burst: 1e9 })
measure("rate limits", (i) => limiter.takeMessage("ann", id, 2, now + i))
measure("seal the body", () => seal(key, `${id}/x`, encodeContent(body)))
measure("MAC of the body", () => macOf(key, canonicalBody(body)))
let state = before
measure("decide and evolve", (i) => {
  const decision = decide(state, commandOf(i))
  if (decision._tag === "Accepted") for (const one of decision.events) state = evolve(state, one)
})
measure("encode the event, fresh id", () => [eventId(), encodeEvent(event, trail)])
measure("encode its two frames", () => {
  const opened = { body: encodeContent(body) }
  return [
    Buffer.from(encodeFrame({ conversation: id, seq: 1, event, opened })),
    Buffer.from(encodeFrame({ conversation: id, seq: 1, event, opened, clientMsgId: "m1" })),
  ]
})

const recorded = (i: number, it = stored) => ({
  ...it,
  id: eventId(),
  stream: `conversation-${id}`,
  revision: i,
  position: i,
  created: now,
})
const database = new DatabaseSync(":memory:")
database.exec(historyModel.tables)
const model = historyModel.open(database, -1)
const toApply = (i: number, it = stored) => {
  const one = recorded(i, it)
  return { event: decodeEvent(one), subject: id, recorded: one }
}
model.apply([toApply(0, encodeEvent(created, trail))])
let revision = 0
const start = performance.now()
for (let batch = 0; batch < 100; batch++) {
  database.exec("BEGIN")
  model.apply(Array.from({ length: 500 }, () => toApply(++revision)))
  database.exec("COMMIT")
}
rows.push([
  "decode and apply to the history model, batches of 500",
  ((performance.now() - start) * 1_000) / rounds,
])
measure("open it again (history, replay)", () => open(key, `${id}/x`, sealed))

for (const [what, us] of rows) process.stdout.write(`${us.toFixed(1).padStart(7)} µs  ${what}\n`)
const write = rows.slice(0, -1).reduce((sum, [, us]) => sum + us, 0)
process.stdout.write(`${write.toFixed(1).padStart(7)} µs  one message, all but the last row\n`)
