import type { ConversationEvent } from "@parley/domain/conversation/events"
import { encodeFrame, encodeHidden, placeOf, sealedFields } from "@parley/domain/wire/frame"
import { encodeContent, encodeEdit } from "@parley/domain/wire/MessageContent"
import { describe, expect, it } from "vitest"
import { id, messageId, sealed } from "../conversation/given.ts"

const ts = Date.UTC(2026, 10, 24, 3)
const envelope = { conversation_id: id, seq: 42, id: `evt_${id.slice(4)}42`, ts: "2026-11-24T03:00:00.000Z" }
const message: ConversationEvent = {
  _tag: "MessageSent",
  ts,
  message_id: messageId(1),
  sender: "ann",
  client_msg_id: 'k"\\1',
  body: sealed("ann"),
  mac: "mac",
  media: ["med_1"],
  reply_to_message_id: messageId(2),
  thread_root_id: messageId(3),
  ordinal: 7,
  sender_ordinal: 3,
}
const body = encodeContent({ text: 'say "hi"', ciphertext: "opaque", metadata: { a: 1 } })
const parse = (event: ConversationEvent, opened = {}, more = {}) =>
  JSON.parse(encodeFrame({ conversation: id, seq: 42, event, opened, ...more })) as unknown

describe("a message as a frame", () => {
  const place = {
    message_id: messageId(1),
    sender_id: "ann",
    thread_root_id: messageId(3),
    reply_to_message_id: messageId(2),
  }

  it("carries its body, its place and the event's id, and not the sender's key", () => {
    expect(parse(message, { body })).toEqual({
      ...envelope,
      type: "message.new",
      payload: {
        ...place,
        text: 'say "hi"',
        media: ["med_1"],
        ciphertext: "opaque",
        metadata: { a: 1 },
        ordinal: 7,
      },
    })
  })

  it("for the sender's own connections carries the key in the envelope", () => {
    expect(parse(message, { body }, { clientMsgId: message.client_msg_id })).toMatchObject({
      client_msg_id: 'k"\\1',
    })
  })

  it("of media alone has an empty content and is whole", () => {
    expect(parse(message, { body: encodeContent({}) })).toMatchObject({
      payload: { ...place, media: ["med_1"], ordinal: 7 },
    })
  })

  it("whose key is destroyed keeps its place and says that it is deleted", () => {
    expect(parse(message)).toEqual({
      ...envelope,
      type: "message.new",
      payload: { ...place, deleted: true, ordinal: 7 },
    })
  })

  it("that is hidden keeps its number and nothing else", () => {
    expect(JSON.parse(encodeHidden(id, 42, ts))).toEqual({ ...envelope, type: "event.hidden", payload: {} })
  })
})

describe("other events as frames", () => {
  it("member.added names the new members, who added them and how many there are", () => {
    const members = [{ user_id: "bob", role: "member" as const }]
    expect(parse({ _tag: "MemberAdded", ts, actor: "ann", members, member_count: 2 })).toEqual({
      ...envelope,
      type: "member.added",
      payload: { members, actor_id: "ann", member_count: 2 },
    })
  })

  it("member.removed names those who went", () => {
    expect(parse({ _tag: "MemberRemoved", ts, actor: "ann", user_ids: ["bob"], member_count: 1 })).toEqual({
      ...envelope,
      type: "member.removed",
      payload: { user_ids: ["bob"], actor_id: "ann", member_count: 1 },
    })
  })

  it("member.role_changed names the member and the role", () => {
    expect(parse({ _tag: "MemberRoleChanged", ts, actor: "ann", user_id: "bob", role: "owner" })).toEqual({
      ...envelope,
      type: "member.role_changed",
      payload: { user_id: "bob", role: "owner", actor_id: "ann" },
    })
  })

  const members = [
    { user_id: "ann", role: "owner" as const },
    { user_id: "bob", role: "member" as const },
  ]
  const created = {
    _tag: "ConversationCreated" as const,
    ts,
    creator: "ann",
    members,
    member_count: 2,
    history: "all" as const,
  }
  const common = {
    id,
    created_at: envelope.ts,
    member_count: 2,
    members,
    last_seq: 42,
    history: "all",
    archived: false,
  }

  it("conversation.created is the conversation without the reader's own fields, with its founders", () => {
    const event = {
      ...created,
      kind: "group" as const,
      name: sealed("ann"),
      topic: sealed("ann"),
      metadata: sealed("ann"),
    }
    expect(parse(event, { name: "N", topic: "T", metadata: '{"a":1}' })).toEqual({
      ...envelope,
      type: "conversation.created",
      payload: { ...common, kind: "group", name: "N", topic: "T", metadata: { a: 1 } },
    })
    expect(parse(event)).toMatchObject({ payload: common })
  })

  it("of a direct conversation it names both in member_ids", () => {
    expect(parse({ ...created, kind: "direct" })).toEqual({
      ...envelope,
      type: "conversation.created",
      payload: { ...common, kind: "direct", member_ids: ["ann", "bob"] },
    })
  })
})

describe("an event about a message as a frame", () => {
  const about = { ts, actor: "bob", message_seq: 1, message_id: messageId(1) }
  const edited: ConversationEvent = { _tag: "MessageEdited", ...about, body: sealed("bob"), mac: "mac" }

  it("an edit carries the text, or says that there is none any more", () => {
    const payload = { message_id: messageId(1), editor_id: "bob" }
    expect(parse(edited, { body: encodeEdit('a "b"') })).toEqual({
      ...envelope,
      type: "message.edited",
      payload: { ...payload, text: 'a "b"' },
    })
    expect(parse(edited)).toEqual({
      ...envelope,
      type: "message.edited",
      payload: { ...payload, deleted: true },
    })
  })

  it("a deletion and reactions name who did it", () => {
    expect(parse({ _tag: "MessageDeleted", ...about, sender: "ann" })).toEqual({
      ...envelope,
      type: "message.deleted",
      payload: { message_id: messageId(1), actor_id: "bob" },
    })
    for (const [_tag, type] of [
      ["ReactionAdded", "reaction.added"],
      ["ReactionRemoved", "reaction.removed"],
    ] as const)
      expect(parse({ _tag, ...about, emoji: '"', count: 3 })).toEqual({
        ...envelope,
        type,
        payload: { message_id: messageId(1), emoji: '"', user_id: "bob", count: 3 },
      })
  })
})

it("sealed fields are bound to where they stand, and no two places are the same", () => {
  const settings = { kind: "group" as const, created_at: 1, history: "all" as const, member_count: 1 }
  const updated: ConversationEvent = {
    _tag: "ConversationUpdated",
    ts,
    actor: "a",
    ...settings,
    macs: {},
    name: sealed("a"),
    topic: sealed("b"),
    metadata: sealed("c"),
  }
  const edited: ConversationEvent = {
    _tag: "MessageEdited",
    ts,
    actor: "ann",
    message_seq: 1,
    message_id: messageId(1),
    body: sealed("ann"),
    mac: "mac",
  }
  const keys = ["name", "topic", "sent/name", messageId(1), `edit/${messageId(1)}`]
  const sent = keys.map((client_msg_id): ConversationEvent => ({ ...message, client_msg_id }))
  const places = [updated, edited, ...sent].flatMap((event) =>
    sealedFields(event).map(([field]) => placeOf(id, event, field)),
  )
  expect(places).toHaveLength(3 + 1 + keys.length)
  expect(new Set(places).size).toBe(places.length)
  expect(sealedFields(updated)).toEqual([
    ["name", sealed("a")],
    ["topic", sealed("b")],
    ["metadata", sealed("c")],
  ])
})

it("the sealed fields of an event are listed under the names by which frames take them", () => {
  expect(sealedFields(message)).toEqual([["body", sealed("ann")]])
  const group = {
    _tag: "ConversationCreated" as const,
    ts,
    kind: "group" as const,
    creator: "a",
    members: [],
    member_count: 0,
    history: "all" as const,
  }
  expect(
    sealedFields({ ...group, name: sealed("a", "n"), topic: sealed("a", "t"), metadata: sealed("a", "m") }),
  ).toEqual([
    ["name", sealed("a", "n")],
    ["topic", sealed("a", "t")],
    ["metadata", sealed("a", "m")],
  ])
  expect(sealedFields(group)).toEqual([])
  expect(sealedFields({ _tag: "MemberRemoved", ts, actor: "a", user_ids: [], member_count: 0 })).toEqual([])
})
