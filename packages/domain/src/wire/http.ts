/**
 * Bodies and answers of the HTTP routes that are served (protocol, section 6).
 *
 * Always true: a body is decoded by these and nothing else, and OpenAPI is made from them.
 */
import * as Schema from "effect/Schema"
import { History, Role } from "../conversation/vocabulary.ts"
import { ClientMessageId, ConversationId, DeviceId, UserId } from "../ids.ts"
import { InboxItem, Message, Metadata, RosterEntry, Seq, WireTime } from "./conversation.ts"
import { MessageBody } from "./MessageBody.ts"
import { saysSomething } from "./clientFrames.ts"
import { SendAck, SeqAck } from "./serverFrames.ts"

/** Names and topics are shown in lists: longer ones are malformed. */
const Name = Schema.String.check(Schema.isMinLength(1), Schema.isMaxCodePoints(200))
const Topic = Schema.String.check(Schema.isMaxCodePoints(1_000))

/** POST /v1/messages: `message.send` without a socket. 201, or 200 when it is a repeat. */
export const PostMessage = Schema.Struct({
  conversation_id: ConversationId,
  client_msg_id: ClientMessageId,
  ...MessageBody.fields,
}).check(saysSomething)
export type PostMessage = typeof PostMessage.Type
export const PostMessageAnswer = SendAck

/** POST /v1/conversations. 201, or 200 when it stood already. */
export const PostConversation = Schema.Struct({ kind: Schema.Literal("direct"), user_id: UserId })
export type PostConversation = typeof PostConversation.Type

/** POST /v1/groups. 201, or 200 with the same group for the same `Idempotency-Key`. */
export const PostGroup = Schema.Struct({
  name: Name,
  member_ids: Schema.Array(UserId),
  topic: Schema.optionalKey(Topic),
  history: Schema.optionalKey(History),
  metadata: Schema.optionalKey(Metadata),
})
export type PostGroup = typeof PostGroup.Type

/** POST /v1/groups/{id}/members. `role` is `member` when it is left out. */
export const PostMembers = Schema.Struct({
  add: Schema.optionalKey(Schema.Array(Schema.Struct({ user_id: UserId, role: Schema.optionalKey(Role) }))),
  remove: Schema.optionalKey(Schema.Array(UserId)),
})
export type PostMembers = typeof PostMembers.Type

/**
 * PATCH /v1/groups/{id}. What is left out stays as it is; `null` (or an empty topic) clears; metadata is replaced as a whole. Answered by the
 * conversation; DELETE archives and answers 204.
 */
export const PatchGroup = Schema.Struct({
  name: Schema.optionalKey(Name),
  topic: Schema.optionalKey(Schema.NullOr(Topic)),
  metadata: Schema.optionalKey(Schema.NullOr(Metadata)),
})
export type PatchGroup = typeof PatchGroup.Type

/** PATCH /v1/groups/{id}/members/{user_id}. Answered by the member (`RosterEntry`). */
export const PatchMember = Schema.Struct({ role: Role })
export type PatchMember = typeof PatchMember.Type

/** PATCH /v1/conversations/{id}/messages/{message_id}. DELETE has no body; both are answered by `SeqAnswer`. */
export const PatchMessage = Schema.Struct({ text: Schema.NonEmptyString })
export type PatchMessage = typeof PatchMessage.Type

/** The event that stands for an edit, a deletion or a reaction. */
export const SeqAnswer = SeqAck

/** POST /v1/conversations/{id}/receipts → 204. Above the head is the head; lower than before has no effect. */
export const PostReceipts = Schema.Struct({
  device_id: Schema.optionalKey(DeviceId),
  delivered_up_to: Schema.optionalKey(Seq),
  read_up_to: Schema.optionalKey(Seq),
}).check(
  Schema.makeFilter(({ delivered_up_to, device_id }) =>
    delivered_up_to === undefined || device_id !== undefined
      ? undefined
      : { path: ["device_id"], issue: "Expected the device that delivered_up_to is about" },
  ),
)
export type PostReceipts = typeof PostReceipts.Type

/** Who was in fact added and removed, and the last event's `seq`; the head's when nothing changed. */
export const PostMembersAnswer = Schema.Struct({
  added: Schema.Array(UserId),
  removed: Schema.Array(UserId),
  seq: Seq,
})
export type PostMembersAnswer = typeof PostMembersAnswer.Type

/** GET /v1/groups/{id}/members */
export const Roster = Schema.Struct({
  items: Schema.Array(RosterEntry),
  next_cursor: Schema.optionalKey(Schema.String),
})
export type Roster = typeof Roster.Type

/** GET /v1/conversations */
export const Inbox = Schema.Struct({
  items: Schema.Array(InboxItem),
  next_cursor: Schema.optionalKey(Schema.String),
})
export type Inbox = typeof Inbox.Type

/** GET /v1/conversations/{id}/messages, and the same of a thread's replies. `prev_cursor` goes into `before`, `next_cursor` into `after`. */
export const MessagePage = Schema.Struct({
  items: Schema.Array(Message),
  prev_cursor: Schema.optionalKey(Schema.String),
  next_cursor: Schema.optionalKey(Schema.String),
})
export type MessagePage = typeof MessagePage.Type

/**
 * What one member has got and read. `read_up_to` 0: nothing, or he does not say (`send_read_receipts`). `delivered_up_to`: of the device
 * that is farthest.
 */
export const ReceiptEntry = Schema.Struct({
  user_id: UserId,
  delivered_up_to: Seq,
  read_up_to: Seq,
  devices: Schema.Array(Schema.Struct({ device_id: DeviceId, delivered_up_to: Seq })),
})
export type ReceiptEntry = typeof ReceiptEntry.Type

/** GET /v1/conversations/{id}/receipts, by user id. With `message_id`: those who have got or read that message. */
export const Receipts = Schema.Struct({
  items: Schema.Array(ReceiptEntry),
  next_cursor: Schema.optionalKey(Schema.String),
})
export type Receipts = typeof Receipts.Type

/** POST /v1/ws/token */
export const PostStreamToken = Schema.Struct({ device_id: DeviceId })
export type PostStreamToken = typeof PostStreamToken.Type

/** A token for one connection. `url` is complete and can be dialled. */
export const StreamToken = Schema.Struct({
  token: Schema.String,
  expires_at: WireTime,
  url: Schema.String,
})
export type StreamToken = typeof StreamToken.Type

/** POST /v1/dev/login, in development only. */
export const PostDevLogin = Schema.Struct({ user_id: UserId, name: Schema.optionalKey(Name) })
export type PostDevLogin = typeof PostDevLogin.Type

export const DevLogin = Schema.Struct({
  access_token: Schema.String,
  user_id: UserId,
  expires_at: WireTime,
})
export type DevLogin = typeof DevLogin.Type
