/** The events of a conversation as they stand on disk. Names and versions are a storage format: see `StoredEvent.ts`. */
import { eventCodec } from "../eventCodec.ts"
import { ConversationEvent } from "./events.ts"

const aboutMessage = ["ts", "actor", "message_seq", "message_id"]
const settings = [
  "ts",
  "actor",
  "kind",
  "created_at",
  "history",
  "member_count",
  "name",
  "topic",
  "metadata",
  "member_ids",
]

const codec = eventCodec<ConversationEvent>(ConversationEvent, {
  ConversationCreated: {
    type: "ConversationCreated",
    version: 1,
    fields: [
      "ts",
      "kind",
      "creator",
      "members",
      "member_count",
      "history",
      "name",
      "topic",
      "metadata",
      "request",
    ],
  },
  MessageSent: {
    type: "MessageSent",
    version: 1,
    fields: [
      "ts",
      "message_id",
      "sender",
      "client_msg_id",
      "body",
      "mac",
      "textless",
      "media",
      "reply_to_message_id",
      "thread_root_id",
      "ordinal",
      "sender_ordinal",
    ],
  },
  MemberAdded: {
    type: "MemberAdded",
    version: 2,
    fields: ["ts", "actor", "members", "member_count"],
    // Version 1 named one member: {ts, actor, user_id, role, member_count}.
    upcast: {
      1: ({ ts, actor, user_id, role, member_count }) => ({
        ts,
        actor,
        members: [{ user_id, role }],
        member_count,
      }),
    },
  },
  MemberRemoved: {
    type: "MemberRemoved",
    version: 1,
    fields: ["ts", "actor", "user_ids", "member_count"],
  },
  MemberRoleChanged: {
    type: "MemberRoleChanged",
    version: 1,
    fields: ["ts", "actor", "user_id", "role"],
  },
  MessageEdited: { type: "MessageEdited", version: 1, fields: [...aboutMessage, "body", "mac"] },
  MessageDeleted: { type: "MessageDeleted", version: 1, fields: [...aboutMessage, "sender"] },
  ReactionAdded: { type: "ReactionAdded", version: 1, fields: [...aboutMessage, "emoji", "count"] },
  ReactionRemoved: { type: "ReactionRemoved", version: 1, fields: [...aboutMessage, "emoji", "count"] },
  ConversationUpdated: { type: "ConversationUpdated", version: 1, fields: [...settings, "macs"] },
  ConversationArchived: { type: "ConversationArchived", version: 1, fields: settings },
  DirectRestricted: { type: "DirectRestricted", version: 1, fields: settings },
  DirectRestrictionLifted: { type: "DirectRestrictionLifted", version: 1, fields: settings },
})

export const encodeEvent = codec.encode
export const decodeEvent = codec.decode
