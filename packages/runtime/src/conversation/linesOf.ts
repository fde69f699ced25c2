/**
 * The lines that a conversation's event implies: of the key index, and marks.
 *
 * Always true: they follow from the event and its place alone, so whoever reads the log writes the same lines as whoever appended to it.
 */
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { marksOf } from "@parley/domain/conversation/marks"
import type { MessageKey, RecordedEvent } from "../EventStore.ts"
import type { LogLines } from "../logIndex/LogLines.ts"

export const keyOf = (event: ConversationEvent, seq: number): MessageKey | undefined =>
  event._tag === "MessageSent"
    ? {
        sender: event.sender,
        clientMsgId: event.client_msg_id,
        seq,
        messageId: event.message_id,
        mac: event.mac,
        ts: event.ts,
      }
    : undefined

/** Throws `UnreadableEvent`. */
const linesOf = (recorded: RecordedEvent) => {
  const event = decodeEvent(recorded)
  const key = keyOf(event, recorded.revision)
  return { keys: key === undefined ? [] : [key], marks: marksOf(event, recorded.revision) }
}

export const conversationLines: LogLines = { prefixes: ["conversation-"], linesOf }
