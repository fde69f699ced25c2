/** The frames that clients send, described: one for each that the wire knows. */
import { clientFrames } from "@parley/domain/wire/clientFrames"
import { EmptyAck, PresencesAck, SendAck, SeqAck, SyncAck } from "@parley/domain/wire/serverFrames"
import * as example from "./exampleIds.ts"
import type { ClientFrameDescription } from "./FrameDescription.ts"

const changed = { schema: SeqAck, example: { seq: 43 } }
const accepted = { schema: EmptyAck, example: {} }
const changes = ["forbidden", "not_found", "conflict", "gone", "rate_limited"] as const

export const clientFrameDescriptions: {
  readonly [Type in keyof typeof clientFrames]: ClientFrameDescription
} = {
  sync: {
    schema: clientFrames.sync,
    summary: "Catch up, then stay live",
    description:
      "The first frame of every connection: no frame with a `seq` comes before it. With the last `cursor`: everything newer, in order (per conversation at most the newest 200, after a `sync.gap`), then live. With `hello`'s own cursor: nothing replayed. Without a cursor: the 20 most recent conversations. `known` saves repeats. A cursor of another epoch is `gone`: drop the local state and `sync` without one. One that fails half-way closes 4002.",
    example: { cursor: example.cursor, known: { [example.conversation]: 41 } },
    ack: { schema: SyncAck, example: { cursor: example.cursor, conversations: 3, complete: true } },
    errors: ["gone", "rate_limited"],
  },
  "message.send": {
    schema: clientFrames["message.send"],
    summary: "Send a message",
    description:
      "At least one of `text`, `media`, `ciphertext`. The ack comes when it is durable; `(conversation, sender, client_msg_id)` names one message, so the same again is answered as the first time with `duplicate: true`. With another body it is `idempotency_mismatch`.",
    example: { text: "Lunch at noon?" },
    ack: {
      schema: SendAck,
      example: { message_id: example.message, seq: 42, ts: example.time, duplicate: false },
    },
    errors: [
      "forbidden",
      "not_found",
      "conflict",
      "idempotency_mismatch",
      "payload_too_large",
      "unprocessable",
      "rate_limited",
    ],
  },
  "message.edit": {
    schema: clientFrames["message.edit"],
    summary: "Edit one's own message",
    description: "An edit that changes nothing is answered with the event that stands.",
    example: { message_id: example.message, text: "Lunch at one?" },
    ack: changed,
    errors: [...changes, "payload_too_large", "unprocessable"],
  },
  "message.delete": {
    schema: clientFrames["message.delete"],
    summary: "Delete a message",
    description:
      "One's own, or, as an admin, anybody's. The same again is answered with the event that stands.",
    example: { message_id: example.message },
    ack: changed,
    errors: changes,
  },
  "reaction.add": {
    schema: clientFrames["reaction.add"],
    summary: "React to a message",
    description: "The same again is answered with the event that stands.",
    example: { message_id: example.message, emoji: "👍" },
    ack: changed,
    errors: [...changes, "unprocessable"],
  },
  "reaction.remove": {
    schema: clientFrames["reaction.remove"],
    summary: "Take a reaction back",
    description: "One that is not there is answered with the message's own `seq`.",
    example: { message_id: example.message, emoji: "👍" },
    ack: changed,
    errors: changes,
  },
  "receipt.delivered": {
    schema: clientFrames["receipt.delivered"],
    summary: "Say what has arrived at this device",
    description:
      "Above the head it means the head; below what was said before it means nothing. Stored within a second.",
    example: { up_to_seq: 42 },
    ack: accepted,
    errors: ["not_found", "rate_limited"],
  },
  "receipt.read": {
    schema: clientFrames["receipt.read"],
    summary: "Say what has been read",
    description:
      "Above the head it means the head; below what was said before it means nothing. Stored within a second.",
    example: { up_to_seq: 42 },
    ack: accepted,
    errors: ["not_found", "rate_limited"],
  },
  typing: {
    schema: clientFrames.typing,
    summary: "Say that one is typing, or has stopped",
    description:
      "Never answered. Say `start` again about every `typing_interval_ms` as long as it goes on: more often is dropped, less often than every six seconds lets it end. Sending the message ends it too. Dropped from who may not write there, and above `typing_members` members.",
    example: { state: "start" },
    errors: [],
  },
  "presence.ping": {
    schema: clientFrames["presence.ping"],
    summary: "Say whether this device is in the foreground",
    description:
      "Never answered. It stands until the next one, as long as the connection does, and over a reconnect within five seconds. A device that says nothing is `away`.",
    example: { status: "online" },
    errors: [],
  },
  "presence.watch": {
    schema: clientFrames["presence.watch"],
    summary: "Learn whether people are there, and hear when that changes",
    description:
      "In the order asked. Up to 500 at a time and `presence_watches` in all of one connection, beyond `unprocessable`; again for somebody watched already: how he stands now. With whom the caller shares no conversation, or on either side of a block, or while presence is switched off: `unknown`, and not watched; ask again when that changes. Ends with the connection.",
    example: { user_ids: [example.ben] },
    ack: {
      schema: PresencesAck,
      example: { presences: [{ user_id: example.ben, status: "offline", last_seen: example.time }] },
    },
    errors: ["unprocessable", "rate_limited"],
  },
  "presence.unwatch": {
    schema: clientFrames["presence.unwatch"],
    summary: "Hear no more of people",
    description: "Who is not watched: no effect.",
    example: { user_ids: [example.ben] },
    ack: { schema: PresencesAck, example: { presences: [] } },
    errors: ["rate_limited"],
  },
}
