import { editPlace, sentPlace } from "@parley/domain/conversation/places"
import { encodeContent, encodeEdit } from "@parley/domain/wire/MessageContent"
import type { ConversationRow, MemberRow, MessageRow } from "@parley/projections/History"
import { openConversations, openMessages } from "@parley/projections/open"
import { VaultUnavailable } from "@parley/runtime/errors"
import { KeyVault } from "@parley/runtime/KeyVault"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultMemory"
import { seal } from "@parley/runtime/Sealer"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { id } from "./given.ts"

const messageId = (n: number): string => `msg_${String(n).padStart(26, "0")}`

const message = Effect.fnUntraced(function* (n: number, sender: string, more: Partial<MessageRow> = {}) {
  const key = yield* (yield* KeyVault).dataKey(sender)
  const body = encodeContent({ text: `hello ${n}`, metadata: { n } })
  const row: MessageRow = {
    seq: n,
    messageId: messageId(n),
    sender,
    clientMsgId: `key-${n}`,
    ts: Date.UTC(2026, 10, 24, 3) + n,
    ordinal: n,
    senderOrdinal: n,
    body: seal(key, sentPlace(id, `key-${n}`), body),
    reactions: [],
    replyCount: 0,
    ...more,
  }
  return row
})

const opened = Effect.fnUntraced(function* (rows: ReadonlyArray<MessageRow>, reader = "ann") {
  return yield* openMessages(yield* KeyVault, { conversation: id, reader, asOf: 9, rows })
})

it.effect("a message is shown as the protocol has it, with its key to its sender only", () =>
  Effect.gen(function* () {
    const rows = [
      yield* message(1, "ann"),
      yield* message(2, "bob", { media: ["med_1"], replyTo: messageId(1), threadRoot: messageId(1) }),
    ]
    expect(yield* opened(rows)).toEqual([
      {
        message_id: messageId(1),
        conversation_id: id,
        sender_id: "ann",
        client_msg_id: "key-1",
        seq: 1,
        ordinal: 1,
        ts: "2026-11-24T03:00:00.001Z",
        text: "hello 1",
        metadata: { n: 1 },
        reactions: [],
        as_of_seq: 9,
      },
      {
        message_id: messageId(2),
        conversation_id: id,
        sender_id: "bob",
        seq: 2,
        ordinal: 2,
        ts: "2026-11-24T03:00:00.002Z",
        text: "hello 2",
        metadata: { n: 2 },
        media: ["med_1"],
        reply_to_message_id: messageId(1),
        thread_root_id: messageId(1),
        reactions: [],
        as_of_seq: 9,
      },
    ])
  }).pipe(Effect.provide(keyVault)),
)

it.effect("a message whose key is destroyed keeps its place without anything of its body", () =>
  Effect.gen(function* () {
    const rows = [yield* message(1, "ann"), yield* message(2, "bob", { media: ["med_1"] })]
    yield* (yield* KeyVault).destroy("bob")
    const [kept, gone] = yield* opened(rows)
    expect(kept).toMatchObject({ text: "hello 1" })
    expect(gone).toMatchObject({ seq: 2, sender_id: "bob", deleted: true })
    for (const field of ["text", "metadata", "media"]) expect(gone).not.toHaveProperty(field)
  }).pipe(Effect.provide(keyVault)),
)

it.effect("an edited message shows its present text, when that came, and the rest as it was sent", () =>
  Effect.gen(function* () {
    const key = yield* (yield* KeyVault).dataKey("ann")
    const body = seal(key, editPlace(id, messageId(1)), encodeEdit("better"))
    const reactions = [{ emoji: "👍", count: 2, mine: true }]
    const at = Date.UTC(2026, 10, 24, 4)
    const rows = [
      yield* message(1, "ann", { edit: { body, at }, media: ["med_1"], reactions, replyCount: 3 }),
    ]
    const [shown] = yield* opened(rows)
    expect(shown).toMatchObject({
      text: "better",
      metadata: { n: 1 },
      media: ["med_1"],
      edited_at: "2026-11-24T04:00:00.000Z",
      reactions,
      reply_count: 3,
    })
  }).pipe(Effect.provide(keyVault)),
)

it.effect("a deleted message keeps its place and its thread, and nothing that was in it", () =>
  Effect.gen(function* () {
    const { body: _, ...row } = yield* message(2, "bob", {
      deleted: true,
      replyCount: 1,
      threadRoot: messageId(1),
    })
    expect(yield* opened([row])).toEqual([
      {
        message_id: messageId(2),
        conversation_id: id,
        sender_id: "bob",
        deleted: true,
        thread_root_id: messageId(1),
        seq: 2,
        ordinal: 2,
        ts: "2026-11-24T03:00:00.002Z",
        reactions: [],
        reply_count: 1,
        as_of_seq: 9,
      },
    ])
  }).pipe(Effect.provide(keyVault)),
)

it.effect("in an archived conversation, and while one of two blocks the other, nobody can send", () =>
  Effect.gen(function* () {
    const conversation: ConversationRow = {
      id,
      kind: "direct",
      createdAt: 0,
      memberCount: 2,
      pair: ["ann", "bob"],
      history: "all",
      archived: false,
      restrictedBy: [],
      revision: 1,
      position: 1,
    }
    const member: MemberRow = { user: "bob", role: "member", joinedSeq: 0, joinedAt: 0 }
    const views = [
      { conversation, member },
      { conversation: { ...conversation, archived: true }, member },
      { conversation: { ...conversation, restrictedBy: ["ann"] }, member },
    ]
    const shown = yield* openConversations(yield* KeyVault, views)
    expect(shown.map((one) => [one.can_send, one.archived])).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ])
  }).pipe(Effect.provide(keyVault)),
)

it.effect("a body that was sealed for another message is not shown", () =>
  Effect.gen(function* () {
    const [one, other] = [yield* message(1, "ann"), yield* message(2, "ann")]
    const [shown] = yield* opened([{ ...one, body: other.body! }])
    expect(shown).toMatchObject({ deleted: true })
    expect(shown).not.toHaveProperty("text")
  }).pipe(Effect.provide(keyVault)),
)

it.effect("all rows of a page cost one look-up of keys, each person once", () =>
  Effect.gen(function* () {
    const vault = yield* KeyVault
    const rows = [yield* message(1, "ann"), yield* message(2, "bob"), yield* message(3, "ann")]
    const asked: Array<ReadonlyArray<string>> = []
    const counting: KeyVault["Service"] = {
      ...vault,
      existing: (owners) => {
        asked.push(owners)
        return vault.existing(owners)
      },
    }
    yield* opened(rows).pipe(Effect.provideService(KeyVault, counting))
    expect(asked).toEqual([["ann", "bob"]])
  }).pipe(Effect.provide(keyVault)),
)

it.effect("a vault that does not answer makes the page unavailable, not deleted", () =>
  Effect.gen(function* () {
    const vault = yield* KeyVault
    const rows = [yield* message(1, "ann")]
    const broken = { ...vault, existing: () => Effect.fail(new VaultUnavailable({ reason: "planted" })) }
    const failure = yield* Effect.flip(opened(rows).pipe(Effect.provideService(KeyVault, broken)))
    expect(failure).toMatchObject({ _tag: "Unavailable", reason: "planted" })
  }).pipe(Effect.provide(keyVault)),
)

it.effect(
  "a conversation shows its sealed fields as long as their owner's key lives, and the reader's own role",
  () =>
    Effect.gen(function* () {
      const vault = yield* KeyVault
      const key = yield* vault.dataKey("ann")
      const conversation: ConversationRow = {
        id,
        kind: "group",
        createdAt: Date.UTC(2026, 10, 24, 3),
        memberCount: 3,
        pair: [],
        history: "all",
        archived: false,
        restrictedBy: [],
        name: seal(key, `${id}/name`, "Friends"),
        topic: seal(key, `${id}/topic`, "Weather"),
        metadata: seal(key, `${id}/metadata`, '{"a":1}'),
        revision: 7,
        position: 70,
      }
      const member: MemberRow = { user: "bob", role: "reader", joinedSeq: 0, joinedAt: 0 }
      const bare = {
        id,
        kind: "group",
        created_at: "2026-11-24T03:00:00.000Z",
        member_count: 3,
        role: "reader",
        can_send: false,
        last_seq: 7,
        history: "all",
        archived: false,
      }
      const open = openConversations(vault, [{ conversation, member }])
      expect(yield* open).toEqual([{ ...bare, name: "Friends", topic: "Weather", metadata: { a: 1 } }])
      yield* vault.destroy("ann")
      expect(yield* open).toEqual([bare])
    }).pipe(Effect.provide(keyVault)),
)
