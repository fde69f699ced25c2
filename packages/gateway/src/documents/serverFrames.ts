/** The frames that the server sends, described: one for each that the wire knows. Acks are described with what they answer. */
import { defaultLimits } from "@parley/domain/limits"
import * as frames from "@parley/domain/wire/serverFrames"
import { exampleConversation, exampleProblem, exampleSettings } from "./examples.ts"
import * as example from "./exampleIds.ts"
import type { ServerFrameDescription } from "./FrameDescription.ts"

const members = [
  { user_id: example.ann, role: "owner" },
  { user_id: example.ben, role: "member" },
]

export const serverFrameDescriptions: {
  readonly [Type in Exclude<frames.ServerFrame["type"], "ack">]: ServerFrameDescription
} = {
  hello: {
    schema: frames.Hello,
    summary: "The first frame of every connection",
    description:
      "`cursor` is the head at this moment: who holds an older one keeps it until the ack of `sync`.",
    example: {
      session_id: "ses_4kd02m",
      user_id: example.ann,
      device_id: example.device,
      heartbeat_ms: 25_000,
      cursor: example.cursor,
      epoch: "e1f0",
      server_time: example.time,
      limits: defaultLimits,
      capabilities: ["messages", "members", "sync", "typing", "presence"],
    },
  },
  error: {
    schema: frames.ErrorFrame,
    summary: "A frame was refused",
    description:
      "The problem of an HTTP error. Without `reply_to` when the frame that it answers had no valid `id`.",
    example: exampleProblem,
  },
  "message.new": {
    schema: frames.MessageNew,
    summary: "Somebody said something",
    description:
      "To every device of every member, the sending connection too. A replay shows the present: a message since edited carries its present text, one since deleted `deleted: true` and no body.",
    example: { message_id: example.message, sender_id: example.ann, text: "Lunch at noon?", ordinal: 7 },
  },
  "message.edited": {
    schema: frames.MessageEditedFrame,
    summary: "A message has another text",
    example: { message_id: example.message, text: "Lunch at one?", editor_id: example.ann },
  },
  "message.deleted": {
    schema: frames.MessageDeletedFrame,
    summary: "A message was deleted",
    example: { message_id: example.message, actor_id: example.ann },
  },
  "reaction.added": {
    schema: frames.ReactionAddedFrame,
    summary: "Somebody reacted",
    example: { message_id: example.message, emoji: "👍", user_id: example.ben, count: 2 },
  },
  "reaction.removed": {
    schema: frames.ReactionRemovedFrame,
    summary: "Somebody took a reaction back",
    example: { message_id: example.message, emoji: "👍", user_id: example.ben, count: 1 },
  },
  "member.added": {
    schema: frames.MemberAddedFrame,
    summary: "People came in",
    example: {
      members: [{ user_id: example.cleo, role: "member" }],
      actor_id: example.ann,
      member_count: 3,
    },
  },
  "member.removed": {
    schema: frames.MemberRemovedFrame,
    summary: "People went out",
    description: "The removed get it as their last frame of that conversation.",
    example: { user_ids: [example.ben], actor_id: example.ann, member_count: 2 },
  },
  "member.role_changed": {
    schema: frames.MemberRoleChangedFrame,
    summary: "Somebody has another role",
    example: { user_id: example.ben, role: "admin", actor_id: example.ann },
  },
  "conversation.created": {
    schema: frames.ConversationCreatedFrame,
    summary: "A conversation began",
    description: "`seq` 0. Its founders are in `members`, up to 500; the rest follow in `member.added`.",
    example: { ...exampleSettings, last_seq: 0, members },
  },
  "conversation.updated": {
    schema: frames.ConversationUpdatedFrame,
    summary: "A conversation's settings changed",
    description: "The whole conversation as it is after this event, without the reader's own fields.",
    example: exampleSettings,
  },
  "conversation.archived": {
    schema: frames.ConversationArchivedFrame,
    summary: "A conversation was archived",
    description: "It stays readable; writing to it is `conflict`.",
    example: { ...exampleSettings, archived: true },
  },
  "event.hidden": {
    schema: frames.EventHidden,
    summary: "Something that this member must not see",
    description: "It has its `seq`, so that numbers have no gap.",
    example: {},
  },
  "inbox.added": {
    schema: frames.InboxAdded,
    summary: "The caller became a member",
    description: "Precedes the replay of a conversation that `known` does not name.",
    example: exampleConversation,
  },
  "inbox.removed": {
    schema: frames.InboxRemoved,
    summary: "The caller ceased to be a member",
    example: {},
  },
  "inbox.updated": {
    schema: frames.InboxUpdated,
    summary: "The person's own marker moved",
    description: "To all of a person's connections.",
    example: { last_seq: 42, read_seq: 42, unread: 0 },
  },
  "receipt.delivery": {
    schema: frames.ReceiptDelivery,
    summary: "It has arrived at somebody's device",
    description: "To the senders of the newly covered recent messages; coalesced within a second.",
    example: { recipient_id: example.ben, device_id: "phone-7", up_to_seq: 42, message_id: example.message },
  },
  "receipt.read": {
    schema: frames.ReceiptRead,
    summary: "Somebody has read it",
    description: "To the senders, and to the reader's other connections; coalesced within a second.",
    example: { user_id: example.ben, last_read: example.message, up_to_seq: 42 },
  },
  typing: {
    schema: frames.Typing,
    summary: "Somebody is typing",
    description:
      "Or has stopped: by a `stop`, by his message, or when `expires_in_ms` have gone by. Never one's own, from whatever device. May be lost.",
    example: { user_id: example.ben, state: "start", expires_in_ms: 6_000 },
  },
  presence: {
    schema: frames.Presence,
    summary: "Somebody who is watched came, went, or looked away",
    description:
      "To connections that watch him, gathered for a fifth of a second: the last one counts. `unknown`: he may be watched no more, and is not.",
    example: { user_id: example.ben, status: "online" },
  },
  "sync.gap": {
    schema: frames.SyncGap,
    summary: "What is older is not replayed",
    description:
      "Forget what you hold of this conversation up to `to_seq`; read it by history when it is needed.",
    example: { to_seq: 40 },
  },
  cursor: {
    schema: frames.CursorFrame,
    summary: "What to keep for the next sync",
    description: "About once in two seconds when something happened; covers exactly the frames before it.",
    example: { cursor: example.cursor },
  },
  draining: {
    schema: frames.Draining,
    summary: "This server is going away",
    description: "Reconnect after that long, to any node.",
    example: { reconnect_after_ms: 1_200 },
  },
}
