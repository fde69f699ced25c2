/**
 * What a conversation's entity can be asked over the cluster: one call, one value for each request of `Conversations`.
 *
 * Always true: declared once, imported by the entity and by its callers.
 */
import { type ConversationId, MessageId, UserId } from "@parley/domain/ids"
import { MemberEntry } from "@parley/domain/conversation/events"
import { History, Role } from "@parley/domain/conversation/vocabulary"
import { Rejection } from "@parley/domain/Rejection"
import { Emoji } from "@parley/domain/wire/Emoji"
import { MessageBody } from "@parley/domain/wire/MessageBody"
import * as Schema from "effect/Schema"
import * as Entity from "effect/cluster/Entity"
import * as Rpc from "effect/rpc/Rpc"
import { Unavailable } from "../errors.ts"
import { Accepted } from "../telemetry/Accepted.ts"

export const Origin = Schema.Struct({
  actor: UserId,
  correlation: Schema.String,
  traceparent: Schema.optionalKey(Schema.String),
  accepted: Schema.optionalKey(Accepted),
  call: Schema.optionalKey(Schema.Struct({ process: Schema.String, number: Schema.Int, at: Schema.Finite })),
})

const Request = Schema.Union([
  Schema.TaggedStruct("CreateDirect", { origin: Origin, partner: UserId }),
  Schema.TaggedStruct("CreateGroup", {
    origin: Origin,
    name: Schema.String,
    topic: Schema.optionalKey(Schema.String),
    metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
    history: History,
    memberIds: Schema.Array(UserId),
    idempotent: Schema.Boolean,
  }),
  Schema.TaggedStruct("SendMessage", {
    origin: Origin,
    clientMsgId: Schema.String,
    body: MessageBody,
  }),
  Schema.TaggedStruct("ChangeMembers", {
    origin: Origin,
    add: Schema.Array(MemberEntry),
    remove: Schema.Array(UserId),
  }),
  Schema.TaggedStruct("EditMessage", { origin: Origin, messageId: MessageId, text: Schema.String }),
  Schema.TaggedStruct("DeleteMessage", { origin: Origin, messageId: MessageId }),
  Schema.TaggedStruct("AddReaction", { origin: Origin, messageId: MessageId, emoji: Emoji }),
  Schema.TaggedStruct("RemoveReaction", { origin: Origin, messageId: MessageId, emoji: Emoji }),
  Schema.TaggedStruct("UpdateConversation", {
    origin: Origin,
    name: Schema.optionalKey(Schema.String),
    topic: Schema.optionalKey(Schema.NullOr(Schema.String)),
    metadata: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.Unknown))),
  }),
  Schema.TaggedStruct("ArchiveConversation", { origin: Origin }),
  Schema.TaggedStruct("SetRole", { origin: Origin, user: UserId, role: Role }),
  Schema.TaggedStruct("Restrict", { origin: Origin }),
  Schema.TaggedStruct("Lift", { origin: Origin }),
])

const Answer = Schema.Union([
  Schema.TaggedStruct("Created", { created: Schema.Boolean }),
  Schema.TaggedStruct("Sent", {
    message_id: MessageId,
    seq: Schema.Int,
    ts: Schema.Int,
    duplicate: Schema.Boolean,
  }),
  Schema.TaggedStruct("MembersChanged", {
    added: Schema.Array(UserId),
    removed: Schema.Array(UserId),
    seq: Schema.Int,
  }),
  Schema.TaggedStruct("Done", { seq: Schema.Int }),
])

const Reply = Schema.Union([
  Schema.TaggedStruct("Answered", { answer: Answer }),
  Schema.TaggedStruct("Rejected", { rejection: Rejection }),
])

/** The entity id is the conversation id. */
export const ConversationEntity = Entity.make("Conversation", [
  Rpc.make("Ask", { payload: Request, success: Reply, error: Unavailable }),
])

export const conversationStream = (id: ConversationId): string => `conversation-${id}`
