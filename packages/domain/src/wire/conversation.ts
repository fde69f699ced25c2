/** The conversation and the message as clients read them (protocol, section 6). */
import * as Schema from "effect/Schema"
import { History, Kind, Role } from "../conversation/vocabulary.ts"
import { ClientMessageId, ConversationId, MessageId, UserId } from "../ids.ts"
import { MessageBody } from "./MessageBody.ts"

/** RFC 3339, UTC, with milliseconds. */
export const WireTime = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/u, { format: "date-time" }),
)

export const Seq = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

export const Metadata = Schema.Record(Schema.String, Schema.Unknown)

/** What is true of a conversation for everybody in it. */
export const conversationFields = {
  id: ConversationId,
  kind: Kind,
  name: Schema.optionalKey(Schema.String),
  topic: Schema.optionalKey(Schema.String),
  created_at: WireTime,
  member_count: Schema.Int,
  /** Both members; direct conversations only. */
  member_ids: Schema.optionalKey(Schema.Array(UserId)),
  last_seq: Seq,
  history: History,
  archived: Schema.Boolean,
  metadata: Schema.optionalKey(Metadata),
}

/** A conversation as one of its members reads it. */
export const Conversation = Schema.Struct({
  ...conversationFields,
  role: Role,
  can_send: Schema.Boolean,
})
export type Conversation = typeof Conversation.Type

export const Reaction = Schema.Struct({
  emoji: Schema.String,
  count: Schema.Int,
  mine: Schema.Boolean,
})

/** The payload of `message.new`: `deleted` comes without text, media, ciphertext and metadata. */
export const messageFields = {
  message_id: MessageId,
  sender_id: UserId,
  ...MessageBody.fields,
  ordinal: Schema.Int,
  deleted: Schema.optionalKey(Schema.Boolean),
}

/** A message of history. `as_of_seq`: the last event folded into it. `client_msg_id`: only for its sender. */
export const Message = Schema.Struct({
  ...messageFields,
  conversation_id: ConversationId,
  seq: Seq,
  ts: WireTime,
  client_msg_id: Schema.optionalKey(ClientMessageId),
  edited_at: Schema.optionalKey(WireTime),
  reactions: Schema.Array(Reaction),
  reply_count: Schema.optionalKey(Schema.Int),
  as_of_seq: Seq,
})
export type Message = typeof Message.Type

/** A line of the inbox. `last_message` is absent while nothing was said. */
export const InboxItem = Schema.Struct({
  ...Conversation.fields,
  last_message: Schema.optionalKey(Message),
  read_seq: Seq,
  unread: Schema.Int,
})
export type InboxItem = typeof InboxItem.Type

export const RosterEntry = Schema.Struct({ user_id: UserId, role: Role, joined_at: WireTime })
export type RosterEntry = typeof RosterEntry.Type
