/**
 * What the server sends over the stream (protocol, section 4): the payload of each type, and the envelope around it.
 *
 * Always true: a frame with a `seq` is one event of its conversation; a frame without one may be lost.
 * Not for: encoding events. `frame.ts` writes those as text, and a law holds the two together.
 */
import * as Schema from "effect/Schema"
import { MemberEntry } from "../conversation/events.ts"
import { Role } from "../conversation/vocabulary.ts"
import { ClientMessageId, ConversationId, DeviceId, MessageId, RequestId, UserId } from "../ids.ts"
import { Limits } from "../limits.ts"
import { Conversation, Seq, WireTime, conversationFields, messageFields } from "./conversation.ts"
import { Emoji } from "./Emoji.ts"
import { Problem } from "./problem.ts"

const EventId = Schema.String.check(Schema.isPattern(/^evt_[A-Za-z0-9_-]{1,64}$/u))

/** A frame about one event of a conversation. `client_msg_id`: only to the sender's own connections. */
const event = <Type extends string, Payload extends Schema.Constraint>(type: Type, payload: Payload) =>
  Schema.Struct({
    id: EventId,
    type: Schema.Literal(type),
    conversation_id: ConversationId,
    seq: Seq,
    client_msg_id: Schema.optionalKey(ClientMessageId),
    ts: WireTime,
    payload,
  })

/** A frame about a conversation that is no event of it. */
const about = <Type extends string, Payload extends Schema.Constraint>(type: Type, payload: Payload) =>
  Schema.Struct({
    id: EventId,
    type: Schema.Literal(type),
    conversation_id: ConversationId,
    ts: WireTime,
    payload,
  })

const connection = <Type extends string, Payload extends Schema.Constraint>(type: Type, payload: Payload) =>
  Schema.Struct({ id: EventId, type: Schema.Literal(type), ts: WireTime, payload })

/** The first frame of every connection. */
export const Hello = connection(
  "hello",
  Schema.Struct({
    session_id: Schema.String,
    user_id: UserId,
    device_id: DeviceId,
    heartbeat_ms: Schema.Int,
    cursor: Schema.String,
    epoch: Schema.String,
    server_time: WireTime,
    limits: Limits,
    capabilities: Schema.Array(Schema.String),
  }),
)

export const SendAck = Schema.Struct({
  message_id: MessageId,
  seq: Seq,
  ts: WireTime,
  duplicate: Schema.Boolean,
})
export type SendAck = typeof SendAck.Type

export const SyncAck = Schema.Struct({
  cursor: Schema.String,
  conversations: Schema.Int,
  complete: Schema.Boolean,
})
export type SyncAck = typeof SyncAck.Type

/** The answer to an edit, a deletion, a reaction: the event that stands. */
export const SeqAck = Schema.Struct({ seq: Seq })
export type SeqAck = typeof SeqAck.Type

/** The answer to a receipt: accepted, stored within a second. */
export const EmptyAck = Schema.Struct({})
export type EmptyAck = typeof EmptyAck.Type

/** `last_seen`: with `offline`, when he was last connected, if he shows it. `unknown`: he is not shown to the caller. */
const presence = {
  user_id: UserId,
  status: Schema.Literals(["online", "away", "offline", "unknown"]),
  last_seen: Schema.optionalKey(WireTime),
}

/** The answer to `presence.watch`, in the order asked; to `presence.unwatch`, with nobody. */
export const PresencesAck = Schema.Struct({ presences: Schema.Array(Schema.Struct(presence)) })
export type PresencesAck = typeof PresencesAck.Type

/** Answers the client frame whose id is `reply_to`. */
export const Ack = Schema.Struct({
  id: EventId,
  type: Schema.Literal("ack"),
  reply_to: RequestId,
  conversation_id: Schema.optionalKey(ConversationId),
  client_msg_id: Schema.optionalKey(ClientMessageId),
  ts: WireTime,
  payload: Schema.Union([SendAck, SyncAck, SeqAck, PresencesAck, EmptyAck]),
})

/** Without `reply_to` when the frame it answers had no valid id. */
export const ErrorFrame = Schema.Struct({
  id: EventId,
  type: Schema.Literal("error"),
  reply_to: Schema.optionalKey(RequestId),
  conversation_id: Schema.optionalKey(Schema.String),
  client_msg_id: Schema.optionalKey(Schema.String),
  ts: WireTime,
  payload: Problem,
})

export const MessageNew = event("message.new", Schema.Struct(messageFields))

export const MemberAddedFrame = event(
  "member.added",
  Schema.Struct({
    members: Schema.Array(MemberEntry),
    actor_id: UserId,
    member_count: Schema.Int,
  }),
)

export const MemberRemovedFrame = event(
  "member.removed",
  Schema.Struct({ user_ids: Schema.Array(UserId), actor_id: UserId, member_count: Schema.Int }),
)

export const MemberRoleChangedFrame = event(
  "member.role_changed",
  Schema.Struct({ user_id: UserId, role: Role, actor_id: UserId }),
)

/** `seq` 0. `members`: the founders, up to 500; the rest follow in `member.added`. */
export const ConversationCreatedFrame = event(
  "conversation.created",
  Schema.Struct({ ...conversationFields, members: Schema.Array(MemberEntry) }),
)

/** Without a text, and `deleted`, when the message has been deleted since, or its author erased. */
export const MessageEditedFrame = event(
  "message.edited",
  Schema.Struct({
    message_id: MessageId,
    text: Schema.optionalKey(Schema.String),
    editor_id: UserId,
    deleted: Schema.optionalKey(Schema.Boolean),
  }),
)

export const MessageDeletedFrame = event(
  "message.deleted",
  Schema.Struct({ message_id: MessageId, actor_id: UserId }),
)

/** `count`: how many people stand behind the emoji after this event. */
const reaction = Schema.Struct({
  message_id: MessageId,
  emoji: Emoji,
  user_id: UserId,
  count: Schema.Int,
})

export const ReactionAddedFrame = event("reaction.added", reaction)
export const ReactionRemovedFrame = event("reaction.removed", reaction)

/** The whole conversation as it is after this event. Who may send is the reader's own field: it is not in here. */
export const ConversationUpdatedFrame = event("conversation.updated", Schema.Struct(conversationFields))
export const ConversationArchivedFrame = event("conversation.archived", Schema.Struct(conversationFields))

/** The conversation has an event here that this member must not see. */
export const EventHidden = event("event.hidden", Schema.Struct({}))

export const InboxAdded = about("inbox.added", Conversation)
export const InboxRemoved = about("inbox.removed", Schema.Struct({}))
/** Forget what you hold of this conversation up to `to_seq`: it is not replayed. */
export const SyncGap = about("sync.gap", Schema.Struct({ to_seq: Seq }))

/** `recipient_id`'s device holds everything up to `up_to_seq`; `message_id`: the newest message of the receiver that this covers. */
export const ReceiptDelivery = about(
  "receipt.delivery",
  Schema.Struct({ recipient_id: UserId, device_id: DeviceId, up_to_seq: Seq, message_id: MessageId }),
)

/** `user_id` has read everything up to `up_to_seq`. `last_read`: the newest message up to there. */
export const ReceiptRead = about(
  "receipt.read",
  Schema.Struct({ user_id: UserId, last_read: MessageId, up_to_seq: Seq }),
)

/** The user's own marker has moved. */
export const InboxUpdated = about(
  "inbox.updated",
  Schema.Struct({ last_seq: Seq, read_seq: Seq, unread: Schema.Int }),
)

/** Somebody is typing, and will have stopped in `expires_in_ms` unless this comes again. */
export const Typing = about(
  "typing",
  Schema.Struct({
    user_id: UserId,
    state: Schema.Literals(["start", "stop"]),
    expires_in_ms: Schema.Int,
  }),
)

/** Somebody who is watched came, went, or looked away. */
export const Presence = connection("presence", Schema.Struct(presence))

/** What to keep for the next `sync`. */
export const CursorFrame = connection("cursor", Schema.Struct({ cursor: Schema.String }))
export const Draining = connection("draining", Schema.Struct({ reconnect_after_ms: Schema.Int }))

export const EventFrame = Schema.Union([
  MessageNew,
  MemberAddedFrame,
  MemberRemovedFrame,
  MemberRoleChangedFrame,
  ConversationCreatedFrame,
  MessageEditedFrame,
  MessageDeletedFrame,
  ReactionAddedFrame,
  ReactionRemovedFrame,
  ConversationUpdatedFrame,
  ConversationArchivedFrame,
  EventHidden,
])
export type EventFrame = typeof EventFrame.Type

export const ServerFrame = Schema.Union([
  Hello,
  Ack,
  ErrorFrame,
  MessageNew,
  MemberAddedFrame,
  MemberRemovedFrame,
  MemberRoleChangedFrame,
  ConversationCreatedFrame,
  MessageEditedFrame,
  MessageDeletedFrame,
  ReactionAddedFrame,
  ReactionRemovedFrame,
  ConversationUpdatedFrame,
  ConversationArchivedFrame,
  EventHidden,
  InboxAdded,
  InboxRemoved,
  ReceiptDelivery,
  ReceiptRead,
  InboxUpdated,
  Typing,
  Presence,
  SyncGap,
  CursorFrame,
  Draining,
])
export type ServerFrame = typeof ServerFrame.Type
