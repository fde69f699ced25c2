/**
 * What clients send over the stream (protocol, section 4).
 *
 * Always true: declared once; `readClientFrame.ts` decodes by it and the AsyncAPI page is made from it.
 */
import * as Schema from "effect/Schema"
import { ClientMessageId, ConversationId, RequestId } from "../ids.ts"
import { Seq } from "./conversation.ts"
import { MessageBody } from "./MessageBody.ts"

/** At least one of text, media, ciphertext, and not an empty one: a message says something. */
export const saysSomething = Schema.makeFilter<MessageBody>(
  ({ ciphertext = "", media = [], text = "" }) => text !== "" || ciphertext !== "" || media.length > 0,
  { expected: "at least one of text, media, ciphertext" },
)

export const SendBody = MessageBody.check(saysSomething)

export const SyncFrame = Schema.Struct({
  id: RequestId,
  type: Schema.Literal("sync"),
  payload: Schema.Struct({
    cursor: Schema.optionalKey(Schema.String),
    known: Schema.optionalKey(Schema.Record(ConversationId, Seq)),
  }),
})
export type SyncFrame = typeof SyncFrame.Type

export const MessageSendFrame = Schema.Struct({
  id: RequestId,
  type: Schema.Literal("message.send"),
  conversation_id: ConversationId,
  client_msg_id: ClientMessageId,
  payload: SendBody,
})
export type MessageSendFrame = typeof MessageSendFrame.Type

/** Frames of the protocol that this version of the server does not serve yet. */
export const notYetServed: ReadonlySet<string> = new Set([
  "message.edit",
  "message.delete",
  "reaction.add",
  "reaction.remove",
  "receipt.delivered",
  "receipt.read",
  "typing",
  "presence.ping",
  "presence.watch",
  "presence.unwatch",
])

/** Frames that are never answered, not even by an error. */
export const unanswered: ReadonlySet<string> = new Set(["typing", "presence.ping"])
