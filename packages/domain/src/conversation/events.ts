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
import { Emoji } from "../wire/Emoji.ts"
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
 * `textless` is there when the body has no text, so that what has none cannot be edited.
 * `ordinal` counts the conversation's messages from 1, `sender_ordinal` the sender's own in it.
 */
export const MessageSent = Schema.TaggedStruct("MessageSent", {
  ts: Timestamp,
  message_id: MessageId,
  sender: UserId,
  client_msg_id: ClientMessageId,
  body: Sealed,
  mac: Schema.String,
  textless: Schema.optionalKey(Schema.Literal(true)),
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

/**
 * This member has another role from here on. An owner set it, or the last owner has gone: then it stands in the append of his
 * removal, and the actor is who removed him.
 */
export const MemberRoleChanged = Schema.TaggedStruct("MemberRoleChanged", {
  ts: Timestamp,
  actor: UserId,
  user_id: UserId,
  role: Role,
})
export type MemberRoleChanged = typeof MemberRoleChanged.Type

/** What an event about a message says of it. `message_seq`: where its `MessageSent` stands in this stream. */
const aboutMessage = { ts: Timestamp, actor: UserId, message_seq: Schema.Int, message_id: MessageId }

/**
 * The author put another text in the place of his message's text; everything else of it stays. `body` seals the JSON of {text};
 * `mac` is keyed with the author's data key over the text alone.
 */
export const MessageEdited = Schema.TaggedStruct("MessageEdited", {
  ...aboutMessage,
  body: Sealed,
  mac: Schema.String,
})
export type MessageEdited = typeof MessageEdited.Type

/** Nobody is shown the message any more. It keeps its place and number; the log still holds its sealed body. */
export const MessageDeleted = Schema.TaggedStruct("MessageDeleted", { ...aboutMessage, sender: UserId })
export type MessageDeleted = typeof MessageDeleted.Type

/** `count`: how many people stand behind this emoji now. */
const reaction = { ...aboutMessage, emoji: Emoji, count: Schema.Int }

/** The actor reacted; he had not with this emoji. */
export const ReactionAdded = Schema.TaggedStruct("ReactionAdded", reaction)
export type ReactionAdded = typeof ReactionAdded.Type

/** The actor took his reaction back. */
export const ReactionRemoved = Schema.TaggedStruct("ReactionRemoved", reaction)
export type ReactionRemoved = typeof ReactionRemoved.Type

/** Keyed with the data key of the setting's owner, over its value, so that the same again can be told from another. */
export const SettingMacs = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  topic: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Schema.String),
})
export type SettingMacs = typeof SettingMacs.Type

/**
 * The conversation as it stands after the event, whole, so that a frame is made from the event alone. `member_ids`: both, in direct
 * conversations only. Name, topic and metadata may have been sealed by different people.
 */
export const settings = {
  kind: Kind,
  created_at: Timestamp,
  history: History,
  member_count: Schema.Int,
  name: Schema.optionalKey(Sealed),
  topic: Schema.optionalKey(Sealed),
  metadata: Schema.optionalKey(Sealed),
  member_ids: Schema.optionalKey(Schema.Array(UserId)),
}

/** The name, topic or metadata is another. `macs`: of those that were ever changed. */
export const ConversationUpdated = Schema.TaggedStruct("ConversationUpdated", {
  ts: Timestamp,
  actor: UserId,
  ...settings,
  macs: SettingMacs,
})
export type ConversationUpdated = typeof ConversationUpdated.Type

/** Nothing is written here any more, but that people leave. It stays readable. */
export const ConversationArchived = Schema.TaggedStruct("ConversationArchived", {
  ts: Timestamp,
  actor: UserId,
  ...settings,
})
export type ConversationArchived = typeof ConversationArchived.Type

/** The actor has blocked his partner: neither of them can send here. Frames do not say who did. */
export const DirectRestricted = Schema.TaggedStruct("DirectRestricted", {
  ts: Timestamp,
  actor: UserId,
  ...settings,
})
export type DirectRestricted = typeof DirectRestricted.Type

/** The actor blocks his partner no longer. It does not imply that both can send: the partner's restriction may stand. */
export const DirectRestrictionLifted = Schema.TaggedStruct("DirectRestrictionLifted", {
  ts: Timestamp,
  actor: UserId,
  ...settings,
})
export type DirectRestrictionLifted = typeof DirectRestrictionLifted.Type

export const ConversationEvent = Schema.Union([
  ConversationCreated,
  MessageSent,
  MemberAdded,
  MemberRemoved,
  MemberRoleChanged,
  MessageEdited,
  MessageDeleted,
  ReactionAdded,
  ReactionRemoved,
  ConversationUpdated,
  ConversationArchived,
  DirectRestricted,
  DirectRestrictionLifted,
])
export type ConversationEvent = typeof ConversationEvent.Type
