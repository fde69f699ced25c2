/**
 * One example of each thing that answers show, by its schema, so that routes need not repeat them.
 *
 * Always true: each is what its schema says; a test decodes them all.
 */
import * as wire from "@parley/domain/wire/conversation"
import * as http from "@parley/domain/wire/http"
import { type Problem, problem, type ProblemCode } from "@parley/domain/wire/problem"
import { SyncPage } from "@parley/domain/wire/syncPage"
import * as users from "@parley/domain/wire/users"
import type * as Schema from "effect/Schema"
import * as example from "./exampleIds.ts"

/** What is true of the example group for everybody. */
export const exampleSettings = {
  id: example.conversation,
  kind: "group",
  name: "Lunch",
  topic: "Where to eat",
  created_at: example.earlier,
  member_count: 3,
  last_seq: 42,
  history: "all",
  archived: false,
}

export const exampleConversation = { ...exampleSettings, role: "owner", can_send: true }

export const exampleProblem = problem("not_found", {
  detail: "There is no such conversation.",
  requestId: "req_5f1c2ab07c9e4d1f8a",
  instance: `/v1/conversations/${example.conversation}`,
})

/** How a problem of any code looks. */
export const exampleProblemOf = (code: ProblemCode): Problem =>
  problem(code, {
    requestId: exampleProblem.request_id,
    instance: exampleProblem.instance,
    ...(code === "rate_limited" || code === "unavailable" ? { retryAfterMs: 1_000 } : {}),
  })

const message = {
  message_id: example.message,
  sender_id: example.ann,
  text: "Lunch at noon?",
  ordinal: 7,
  conversation_id: example.conversation,
  seq: 42,
  ts: example.time,
  client_msg_id: example.clientMessage,
  reactions: [{ emoji: "👍", count: 2, mine: false }],
  as_of_seq: 44,
}

const profile = { user_id: example.ann, name: "Ann" }
const phone = {
  device_id: example.device,
  platform: "android",
  push: { provider: "fcm" },
  registered_at: example.earlier,
}

const examples = new Map<Schema.Constraint, unknown>([
  [wire.Conversation, exampleConversation],
  [http.PostMessageAnswer, { message_id: example.message, seq: 42, ts: example.time, duplicate: false }],
  [http.SeqAnswer, { seq: 43 }],
  [http.MessagePage, { items: [message], prev_cursor: "42" }],
  [
    http.Inbox,
    {
      items: [{ ...exampleConversation, last_message: message, read_seq: 40, unread: 1 }],
      next_cursor: "1180",
    },
  ],
  [http.PostMembersAnswer, { added: [example.cleo], removed: [example.ben], seq: 44 }],
  [
    http.Roster,
    {
      items: [{ user_id: example.ann, role: "owner", joined_at: example.earlier }],
      next_cursor: example.ann,
    },
  ],
  [wire.RosterEntry, { user_id: example.ben, role: "admin", joined_at: example.earlier }],
  [
    http.Receipts,
    {
      items: [
        {
          user_id: example.ben,
          delivered_up_to: 42,
          read_up_to: 41,
          devices: [{ device_id: "phone-7", delivered_up_to: 42 }],
        },
      ],
    },
  ],
  [
    SyncPage,
    {
      frames: [
        {
          id: "evt_01kb4n8e00d3v5h7m9q2s4t6w842",
          type: "message.new",
          conversation_id: example.conversation,
          seq: 42,
          ts: example.time,
          payload: {
            message_id: example.message,
            sender_id: example.ben,
            text: "Lunch at noon?",
            ordinal: 7,
          },
        },
      ],
      cursor: example.cursor,
      complete: true,
    },
  ],
  [
    http.StreamToken,
    {
      token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl",
      expires_at: "2026-11-24T03:01:00.000Z",
      url: "wss://chat.example/v1/stream?v=1",
    },
  ],
  [
    http.DevLogin,
    {
      access_token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl",
      user_id: example.ann,
      expires_at: "2026-11-25T03:00:00.000Z",
    },
  ],
  [
    users.PushConfig,
    {
      vapid_public_key:
        "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    },
  ],
  [users.Profile, profile],
  [
    users.OwnProfile,
    {
      ...profile,
      share_last_seen: true,
      send_read_receipts: true,
      quiet_hours: { from: "22:00", to: "07:00", time_zone: "Europe/Berlin" },
    },
  ],
  [users.People, { items: [profile, { user_id: example.ben, name: "Ben" }] }],
  [users.Blocks, { items: [{ user_id: example.ben, blocked_at: example.earlier }] }],
  [users.Mutes, { items: [{ conversation_id: example.conversation, muted_at: example.earlier }] }],
  [users.Device, phone],
  [users.Devices, { items: [phone] }],
])

export const exampleOf = (schema: Schema.Constraint): unknown => examples.get(schema)
