/** Facts for tests: one conversation of a few people, and what they say. */
import type { ConversationCreated, MessageSent } from "@parley/domain/conversation/events"
import { conversationId } from "./histories.ts"

export const id = conversationId(0)

export const created = (...users: ReadonlyArray<string>): ConversationCreated => ({
  _tag: "ConversationCreated",
  ts: 1_000,
  kind: "group",
  creator: users[0]!,
  members: users.map((user_id) => ({ user_id, role: "member" })),
  member_count: users.length,
  history: "all",
})

export const said = (sender: string, ordinal: number): MessageSent => ({
  _tag: "MessageSent",
  ts: 2_000 + ordinal,
  message_id: `msg_${String(ordinal).padStart(26, "0")}`,
  sender,
  client_msg_id: `key-${ordinal}`,
  body: { owner: sender, box: "AAAA" },
  mac: "mac",
  ordinal,
  sender_ordinal: ordinal,
})

export const poison = { type: "MessageSent", data: '{"ts":"yesterday"}', metadata: '{"v":1}' }
