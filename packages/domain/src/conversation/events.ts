/**
 * The facts of a conversation, in the order of its stream: the event at revision n is the frame with `seq` n.
 *
 * Always true: a stable name and a version stand on disk; a rename here changes nothing there (see `codec.ts`).
 * Not for: facts that are not for members (audits, holds, invitations); those live in streams of their own.
 */
import * as Schema from "effect/Schema"
import { Sealed } from "../Sealed.ts"
import { ClientMessageId, MessageId, UserId } from "../ids.ts"
import { Timestamp } from "../Timestamp.ts"
import { History, Kind, Role } from "./vocabulary.ts"

export const MemberEntry = Schema.Struct({ user_id: UserId, role: Role })
export type MemberEntry = typeof MemberEntry.Type

/**
 * The conversation exists, with its first members (up to 500; the rest follow in `MemberAdded` of the same append).
 * `request` is there when the creation carried an idempotency key: the MAC of what was asked for.
 */
export const ConversationCreated = Schema.TaggedStruct("ConversationCreated", {
  ts: Timestamp,
  kind: Kind,
  creator: UserId,
  members: Schema.Array(MemberEntry),
  member_count: Schema.Int,
  history: History,
  name: Schema.optionalKey(Sealed),
  topic: Schema.optionalKey(Sealed),
  metadata: Schema.optionalKey(Sealed),
  request: Schema.optionalKey(Schema.String),
})
export type ConversationCreated = typeof ConversationCreated.Type

/**
 * A member said something. It does not imply that anybody has received it.
 * `body` seals the JSON of {text, ciphertext, metadata}; `mac` is keyed with the sender's data key over the whole body by value.
 * `ordinal` counts the conversation's messages from 1, `sender_ordinal` the sender's own in it.
 */
export const MessageSent = Schema.TaggedStruct("MessageSent", {
  ts: Timestamp,
  message_id: MessageId,
  sender: UserId,
  client_msg_id: ClientMessageId,
  body: Sealed,
  mac: Schema.String,
  media: Schema.optionalKey(Schema.Array(Schema.String)),
  reply_to_message_id: Schema.optionalKey(MessageId),
  thread_root_id: Schema.optionalKey(MessageId),
  ordinal: Schema.Int,
  sender_ordinal: Schema.Int,
})
export type MessageSent = typeof MessageSent.Type

/** These people are members from this revision on. `member_count` is the resulting count. At most 500 in one event. */
export const MemberAdded = Schema.TaggedStruct("MemberAdded", {
  ts: Timestamp,
  actor: UserId,
  members: Schema.Array(MemberEntry),
  member_count: Schema.Int,
})
export type MemberAdded = typeof MemberAdded.Type

/** These people are no longer members; this event is the last that concerns them. At most 500 in one event. */
export const MemberRemoved = Schema.TaggedStruct("MemberRemoved", {
  ts: Timestamp,
  actor: UserId,
  user_ids: Schema.Array(UserId),
  member_count: Schema.Int,
})
export type MemberRemoved = typeof MemberRemoved.Type

/** A group always has an owner: this follows the removal of the last one, in the same append. */
export const MemberRoleChanged = Schema.TaggedStruct("MemberRoleChanged", {
  ts: Timestamp,
  actor: UserId,
  user_id: UserId,
  role: Role,
})
export type MemberRoleChanged = typeof MemberRoleChanged.Type

export const ConversationEvent = Schema.Union([
  ConversationCreated,
  MessageSent,
  MemberAdded,
  MemberRemoved,
  MemberRoleChanged,
])
export type ConversationEvent = typeof ConversationEvent.Type
