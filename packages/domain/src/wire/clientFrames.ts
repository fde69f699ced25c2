/**
 * What clients send over the stream (protocol, section 4).
 *
 * Always true: declared once; `readClientFrame.ts` decodes by it and the AsyncAPI page is made from it.
 */
import * as Schema from "effect/Schema"
import { ClientMessageId, ConversationId, MessageId, RequestId, UserId } from "../ids.ts"
import { Seq } from "./conversation.ts"
import { Emoji } from "./Emoji.ts"
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

const asked = <Type extends string, Payload extends Schema.Constraint>(type: Type, payload: Payload) =>
  Schema.Struct({ id: RequestId, type: Schema.Literal(type), conversation_id: ConversationId, payload })

/** Another text for one's own message. A message says something: the text is not empty. */
export const EditBody = Schema.Struct({
  message_id: MessageId,
  text: Schema.String.check(Schema.isMinLength(1)),
})

export const MessageEditFrame = asked("message.edit", EditBody)
export type MessageEditFrame = typeof MessageEditFrame.Type

export const MessageDeleteFrame = asked("message.delete", Schema.Struct({ message_id: MessageId }))
export type MessageDeleteFrame = typeof MessageDeleteFrame.Type

const ReactionBody = Schema.Struct({ message_id: MessageId, emoji: Emoji })

export const ReactionAddFrame = asked("reaction.add", ReactionBody)
export type ReactionAddFrame = typeof ReactionAddFrame.Type

export const ReactionRemoveFrame = asked("reaction.remove", ReactionBody)
export type ReactionRemoveFrame = typeof ReactionRemoveFrame.Type

/** Everything up to here, inclusive. Above the head it means the head; below what was said before it means nothing. */
const UpTo = Schema.Struct({ up_to_seq: Seq })

/** For the device of the connection. */
export const ReceiptDeliveredFrame = asked("receipt.delivered", UpTo)
export type ReceiptDeliveredFrame = typeof ReceiptDeliveredFrame.Type

export const ReceiptReadFrame = asked("receipt.read", UpTo)
export type ReceiptReadFrame = typeof ReceiptReadFrame.Type

/** Never answered. */
export const TypingFrame = asked("typing", Schema.Struct({ state: Schema.Literals(["start", "stop"]) }))
export type TypingFrame = typeof TypingFrame.Type

const toServer = <Type extends string, Payload extends Schema.Constraint>(type: Type, payload: Payload) =>
  Schema.Struct({ id: RequestId, type: Schema.Literal(type), payload })

/** Never answered. `online`: the device is in the foreground. */
export const PresencePingFrame = toServer(
  "presence.ping",
  Schema.Struct({ status: Schema.Literals(["online", "away"]) }),
)
export type PresencePingFrame = typeof PresencePingFrame.Type

const People = Schema.Struct({ user_ids: Schema.Array(UserId).check(Schema.isMaxLength(500)) })

export const PresenceWatchFrame = toServer("presence.watch", People)
export type PresenceWatchFrame = typeof PresenceWatchFrame.Type

export const PresenceUnwatchFrame = toServer("presence.unwatch", People)
export type PresenceUnwatchFrame = typeof PresenceUnwatchFrame.Type

/** Every frame that a client can send, by its type. */
export const clientFrames = {
  sync: SyncFrame,
  "message.send": MessageSendFrame,
  "message.edit": MessageEditFrame,
  "message.delete": MessageDeleteFrame,
  "reaction.add": ReactionAddFrame,
  "reaction.remove": ReactionRemoveFrame,
  "receipt.delivered": ReceiptDeliveredFrame,
  "receipt.read": ReceiptReadFrame,
  typing: TypingFrame,
  "presence.ping": PresencePingFrame,
  "presence.watch": PresenceWatchFrame,
  "presence.unwatch": PresenceUnwatchFrame,
} as const

/** Frames that are never answered, not even by an error. */
export const unanswered: ReadonlySet<string> = new Set(["typing", "presence.ping"])
