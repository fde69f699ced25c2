/**
 * Long logs made of one conversation's events, written many times under different names: writing a million events is not what is measured.
 *
 * Not for: anything that opens a message; the bodies are sealed with no key.
 */
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { messageIdAt } from "@parley/domain/ids"
import { EventStore } from "@parley/runtime/EventStore"
import { eventId, messageEntropy } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"

/** Who talks in all of them. */
export const [writer, partner] = ["old-ann", "old-bob"]

export const conversationAt = (n: number): string => `cnv_${String(n).padStart(26, "0")}`

const created: ConversationEvent = {
  _tag: "ConversationCreated",
  ts: 1,
  kind: "direct",
  creator: writer,
  members: [writer, partner].map((user_id) => ({ user_id, role: "member" })),
  member_count: 2,
  history: "all",
}

/** The message at `seq`, the `ordinal`th; the two take turns. */
export const messageAt = (seq: number, ordinal: number, box: string): ConversationEvent => {
  const sender = ordinal % 2 === 0 ? writer : partner
  return {
    _tag: "MessageSent",
    ts: seq,
    message_id: messageIdAt(seq, messageEntropy()),
    sender,
    client_msg_id: `01990000-0000-7000-8000-${String(seq).padStart(12, "0")}`,
    body: { owner: sender, box },
    mac: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    ordinal,
    sender_ordinal: Math.ceil(ordinal / 2),
  }
}

export interface LogShape {
  readonly conversations: number
  /** Events of each, the first of which makes it. */
  readonly each: number
  readonly bodyBytes: number
}

/** Appends written at once, and events of one. */
const [atOnce, chunk] = [8, 100]

/** All conversations grow at once, as in life: neighbours in the log belong to different ones. */
export const writeLog = Effect.fnUntraced(function* ({ conversations, each, bodyBytes }: LogShape) {
  const store = yield* EventStore
  const box = Buffer.alloc(bodyBytes, 7).toString("base64")
  const alike = Array.from({ length: each }, (_, seq) =>
    encodeEvent(seq === 0 ? created : messageAt(seq, seq, box), { actor: writer, correlation: "bench" }),
  )
  const all = Array.from({ length: conversations }, (_, n) => n)
  for (let from = 0; from < each; from += chunk)
    yield* Effect.forEach(
      all,
      (n) =>
        store.append({
          stream: `conversation-${conversationAt(n)}`,
          expected: from === 0 ? "no_stream" : from - 1,
          events: alike.slice(from, from + chunk).map((event) => ({ ...event, id: eventId() })),
        }),
      { concurrency: atOnce, discard: true },
    )
})
