/** What `tail` says of each kind of event. The compiler counts the kinds; these are the words. */
import { createSecretKey, randomBytes } from "node:crypto"
import { encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { editPlace, sentPlace, settingPlace } from "@parley/domain/conversation/places"
import { encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import { encodeContent, encodeEdit } from "@parley/domain/wire/MessageContent"
import { open, seal } from "@parley/runtime/Sealer"
import { namePlace } from "@parley/domain/user/places"
import { expect, it } from "vitest"
import { describe as describeEvent } from "../src/tail/describe.ts"
import type { Opener } from "../src/tail/Opener.ts"

const ts = 1_000
const conversation = "cnv_01k9zx3m5q8rtv0y2a4c6e8g0j"
const message_id = "msg_01k9zx3m5q8rtv0y2a4c6e8g0j"
const seq = { message_seq: 7, message_id }
const key = {
  owner: "ann",
  seal: createSecretKey(randomBytes(32)),
  mac: createSecretKey(randomBytes(32)),
}
const opener: Opener = {
  open: (place, sealed) => open(key, place, sealed)!,
  isErased: (who) => who === "eve",
}
const recorded = (
  stream: string,
  event: { readonly type: string; readonly data: string; readonly metadata: string },
) => describeEvent({ id: "e", stream, revision: 1, position: 1, created: ts, ...event }, opener)
const trail = { actor: "ann", correlation: "r" }
const spoken = ({ who, what, text }: ReturnType<typeof recorded>): string =>
  `${who}${what === "" ? "" : ` ${what}`}${text === undefined ? "" : `: ${text}`}`
const settings = { kind: "group", created_at: ts, history: "all", member_count: 2 } as const
const sentAt = sentPlace(conversation, "m")
const message = {
  _tag: "MessageSent",
  ts,
  message_id,
  sender: "ann",
  client_msg_id: "m",
  body: seal(key, sentAt, encodeContent({ text: "Soup?" })),
  mac: "mac",
  ordinal: 1,
  sender_ordinal: 1,
} as const

it.each<[string, ConversationEvent]>([
  ["ann: Soup?", message],
  ["ann in reply: Soup?", { ...message, reply_to_message_id: message_id }],
  ["ann: Soup? [2 media]", { ...message, media: ["med_1", "med_2"] }],
  [
    "ann: [end-to-end encrypted]",
    { ...message, body: seal(key, sentAt, encodeContent({ ciphertext: "xyz" })) },
  ],
  [
    "ann edited #7: Salad",
    {
      _tag: "MessageEdited",
      ts,
      actor: "ann",
      ...seq,
      body: seal(key, editPlace(conversation, message_id), encodeEdit("Salad")),
      mac: "mac",
    },
  ],
  ["ann deleted #7 of bob", { _tag: "MessageDeleted", ts, actor: "ann", ...seq, sender: "bob" }],
  ["bob reacted 🍲 to #7", { _tag: "ReactionAdded", ts, actor: "bob", ...seq, emoji: "🍲", count: 1 }],
  ["bob took back 🍲 from #7", { _tag: "ReactionRemoved", ts, actor: "bob", ...seq, emoji: "🍲", count: 0 }],
  ["bob left", { _tag: "MemberRemoved", ts, actor: "bob", user_ids: ["bob"], member_count: 1 }],
  ["ann removed bob", { _tag: "MemberRemoved", ts, actor: "ann", user_ids: ["bob"], member_count: 1 }],
  [
    "ann added u0, u1, u2, u3 and 3 more",
    {
      _tag: "MemberAdded",
      ts,
      actor: "ann",
      members: Array.from({ length: 7 }, (_, i) => ({ user_id: `u${i}`, role: "member" as const })),
      member_count: 9,
    },
  ],
  ["ann made bob admin", { _tag: "MemberRoleChanged", ts, actor: "ann", user_id: "bob", role: "admin" }],
  [
    'ann set it to name "Lunch"',
    {
      _tag: "ConversationUpdated",
      ts,
      actor: "ann",
      ...settings,
      name: seal(key, settingPlace(conversation, "name"), "Lunch"),
      macs: {},
    },
  ],
  ["ann archived the conversation", { _tag: "ConversationArchived", ts, actor: "ann", ...settings }],
  ["ann blocked the other", { _tag: "DirectRestricted", ts, actor: "ann", ...settings, kind: "direct" }],
  [
    "ann no longer blocks the other",
    { _tag: "DirectRestrictionLifted", ts, actor: "ann", ...settings, kind: "direct" },
  ],
])("%s", (words, event) => {
  expect(spoken(recorded(`conversation-${conversation}`, encodeEvent(event, trail)))).toBe(words)
})

it.each<[string, UserEvent]>([
  ["ann was seen for the first time", { _tag: "UserRegistered", ts, user_id: "ann" }],
  [
    'ann goes by "Ann"',
    { _tag: "UserRenamed", ts, user_id: "ann", name: seal(key, namePlace("ann"), "Ann"), name_mac: "mac" },
  ],
  ["ann blocked bob", { _tag: "UserBlocked", ts, user_id: "bob" }],
  [`ann read up to ${conversation} #7`, { _tag: "ReadUpTo", ts, cursors: { [conversation]: 7 } }],
  [
    `ann got ${conversation} #7 on phone`,
    { _tag: "Delivered", ts, device_id: "phone", cursors: { [conversation]: 7 } },
  ],
])("%s", (words, event) => {
  expect(spoken(recorded("user-ann", encodeUserEvent(event, trail)))).toBe(words)
})

it("marks whoever has been erased", () => {
  const left = encodeEvent(
    { _tag: "MemberRemoved", ts, actor: "eve", user_ids: ["eve"], member_count: 1 },
    trail,
  )
  expect(recorded(`conversation-${conversation}`, left).erased).toBe(true)
  expect(recorded(`conversation-${conversation}`, encodeEvent(message, trail)).erased).toBe(false)
})
