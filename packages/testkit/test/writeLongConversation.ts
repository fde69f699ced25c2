/**
 * A program that writes a direct conversation of many messages into a data directory that no server uses yet, as the server would
 * have, only faster: everybody's keys, sealed bodies, one event for each message. Prints the conversation's id.
 *
 *   node writeLongConversation.ts <data directory> <messages> <one> <other>
 *
 * The nth message says `message n`; the other one says them all, a minute apart, so that none is an answer to what was before it.
 */
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { sentPlace } from "@parley/domain/conversation/places"
import { messageIdAt } from "@parley/domain/ids"
import { encodeContent } from "@parley/domain/wire/MessageContent"
import { DataDirectory, layer as dataDirectory } from "@parley/runtime/DataDirectory"
import { EventStore } from "@parley/runtime/EventStore"
import { KeyVault } from "@parley/runtime/KeyVault"
import { seal } from "@parley/runtime/Sealer"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { directConversationId, eventId, messageEntropy } from "@parley/runtime/freshIds"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultSqlite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const [directory = "", messages = "", one = "", other = ""] = process.argv.slice(2)
const count = Number(messages)
const conversation = directConversationId(one, other)
const minuteMs = 60_000
const began = Date.now() - (count + 1) * minuteMs
/** Events of one append. */
const chunk = 500

const stores = Layer.unwrap(
  Effect.map(DataDirectory, ({ path }) =>
    Layer.merge(
      eventStore({ file: path("events.db") }),
      keyVault({ file: path("keys.db"), masterKeyFile: path("master.key") }),
    ),
  ),
).pipe(Layer.provide(dataDirectory(directory)))

const write = Effect.gen(function* () {
  const { dataKey } = yield* KeyVault
  const { append } = yield* EventStore
  const key = yield* dataKey(other)
  const eventAt = (seq: number): ConversationEvent => {
    const ts = began + seq * minuteMs
    if (seq === 0)
      return {
        _tag: "ConversationCreated",
        ts,
        kind: "direct",
        creator: one,
        members: [one, other].map((user_id) => ({ user_id, role: "member" })),
        member_count: 2,
        history: "all",
      }
    const clientMsgId = `long-${seq}`
    return {
      _tag: "MessageSent",
      ts,
      message_id: messageIdAt(seq, messageEntropy()),
      sender: key.owner,
      client_msg_id: clientMsgId,
      body: seal(key, sentPlace(conversation, clientMsgId), encodeContent({ text: `message ${seq}` })),
      mac: "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
      ordinal: seq,
      sender_ordinal: seq,
    }
  }
  for (let from = 0; from <= count; from += chunk)
    yield* append({
      stream: `conversation-${conversation}`,
      expected: from === 0 ? "no_stream" : from - 1,
      events: Array.from({ length: Math.min(chunk, count + 1 - from) }, (_, n) => ({
        ...encodeEvent(eventAt(from + n), { actor: one, correlation: "long" }),
        id: eventId(),
      })),
    })
})

await Effect.runPromise(Effect.provide(write, stores))
process.stdout.write(conversation)
