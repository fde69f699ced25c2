/** What people are told of each other's receipts, and of their own markers. */
import { EventStore } from "@parley/runtime/EventStore"
import { Markers } from "@parley/projections/Markers"
import { ReceiptReads, type WhoHasReadPage } from "@parley/projections/ReceiptReads"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append, appendOwn, conversation, delivered, Facts, privacy, readUpTo } from "./given.ts"
import type { Promised } from "./projectionContract.ts"

const [one, two] = [conversation(1), conversation(2)]

const who = Effect.fnUntraced(function* (caller: string, page: Partial<WhoHasReadPage> = {}) {
  return yield* (yield* ReceiptReads).whoHasRead(one, caller, { limit: 50, ...page })
})

const line = (user: string, got: number, read: number, ...devices: ReadonlyArray<string>) => ({
  user,
  deliveredUpTo: got,
  readUpTo: read,
  devices: devices.map((device) => ({ device, deliveredUpTo: got })),
})

export const receiptsContract = (promise: Promised): void => {
  promise(
    "a marker is where one has read, or joined, never beyond the head, as soon as it is acknowledged",
    Effect.gen(function* () {
      const [markers, facts, others] = [yield* Markers, new Facts(), new Facts()]
      yield* append(one, -1, facts.created("all", "ann"), facts.said("ann"), facts.added("bob"))
      yield* append(two, -1, others.created("all", "ann"))
      const of = (user: string) => markers.of(user, [two, one])
      expect(yield* of("bob")).toEqual([{ conversation: one, readSeq: 2, lastSeq: 2, unread: 0 }])
      yield* append(one, 2, facts.said("ann"), facts.said("ann"))
      yield* appendOwn("bob", readUpTo({ [one]: 3 }))
      expect(yield* of("bob")).toEqual([{ conversation: one, readSeq: 3, lastSeq: 4, unread: 1 }])
      yield* appendOwn("bob", readUpTo({ [one]: 99, [two]: 7 }))
      expect(yield* of("bob")).toEqual([{ conversation: one, readSeq: 4, lastSeq: 4, unread: 0 }])
      yield* append(one, 4, facts.removed("bob"), facts.said("ann"), facts.added("bob"), facts.said("ann"))
      expect(yield* of("bob")).toMatchObject([{ readSeq: 8, unread: 0 }])
      expect(yield* of("zoe")).toEqual([])
    }),
  )
  promise(
    "who has got and read: every member by user id, page by page; with a message, only those who have it, without its sender",
    Effect.gen(function* () {
      const facts = new Facts()
      const [created, said] = [facts.created("all", "ann", "bob", "cid", "dan"), facts.said("ann")]
      yield* append(one, -1, created, said, facts.said("ann"))
      yield* appendOwn("ann", readUpTo({ [one]: 2 }))
      yield* appendOwn("bob", delivered("phone", { [one]: 2 }), readUpTo({ [one]: 1 }))
      yield* appendOwn("cid", delivered("laptop", { [one]: 0 }))
      yield* appendOwn("zoe", readUpTo({ [one]: 2 }))
      expect(yield* who("ann")).toEqual({
        items: [
          line("ann", 2, 2),
          line("bob", 2, 1, "phone"),
          line("cid", 0, 0, "laptop"),
          line("dan", 0, 0),
        ],
      })
      const first = yield* who("dan", { limit: 3 })
      expect([first?.items.length, first?.nextCursor]).toEqual([3, "cid"])
      expect(yield* who("dan", { limit: 3, cursor: "cid" })).toEqual({ items: [line("dan", 0, 0)] })
      expect(yield* who("ann", { messageId: said.message_id })).toEqual({
        items: [line("bob", 2, 1, "phone")],
      })
      expect(yield* who("zoe")).toBe(undefined)
      expect(yield* who("ann", { messageId: `msg_${"0".repeat(26)}` })).toBe(undefined)
    }),
  )
  promise(
    "who hides his reading is shown as not having read, to everybody but himself, until he shows it again",
    Effect.gen(function* () {
      const facts = new Facts()
      yield* append(one, -1, facts.created("all", "ann", "bob"), facts.said("ann"))
      yield* appendOwn("bob", privacy(false), delivered("phone", { [one]: 0 }), readUpTo({ [one]: 1 }))
      const bob = (caller: string) => Effect.map(who(caller), (page) => page?.items[1])
      expect(yield* bob("ann")).toMatchObject({ deliveredUpTo: 0, readUpTo: 0 })
      expect(yield* bob("bob")).toMatchObject({ deliveredUpTo: 1, readUpTo: 1 })
      expect((yield* (yield* Markers).of("bob", [one]))[0]).toMatchObject({ readSeq: 1, unread: 0 })
      yield* appendOwn("bob", privacy(true))
      expect(yield* bob("ann")).toMatchObject({ deliveredUpTo: 1, readUpTo: 1 })
    }),
  )
  promise(
    "what moved since a place in the log: own markers, and receipts of present members that cover a message of one's own",
    Effect.gen(function* () {
      const [reads, store] = [yield* ReceiptReads, yield* EventStore]
      const [a, b] = [new Facts(), new Facts()]
      const [created, mine, theirs] = [
        a.created("all", "ann", "bob", "cid", "dan"),
        a.said("ann"),
        a.said("bob"),
      ]
      yield* append(one, -1, created, mine, theirs)
      yield* append(two, -1, b.created("all", "ann", "bob"), b.said("bob"))
      yield* appendOwn("bob", readUpTo({ [one]: 1 }))
      const since = yield* store.headPosition
      yield* appendOwn("ann", readUpTo({ [two]: 1 }))
      yield* appendOwn("cid", readUpTo({ [one]: 0 }), delivered("phone", { [one]: 2 }))
      yield* appendOwn("dan", readUpTo({ [one]: 2 }))
      yield* appendOwn("bob", readUpTo({ [two]: 1 }))
      yield* append(one, 2, a.removed("dan"))
      const moved = yield* reads.moved("ann", [one, two], since, 500)
      expect(moved).toMatchObject({
        own: [two],
        others: [
          {
            conversation: one,
            user: "cid",
            device: "phone",
            upToSeq: 2,
            lastRead: theirs.message_id,
            ownMessage: mine.message_id,
          },
        ],
      })
      expect((yield* reads.moved("ann", [one, two], since, 2)).others).toEqual([])
      expect(yield* reads.moved("ann", [one, two], yield* store.headPosition, 500)).toEqual({
        own: [],
        others: [],
      })
    }),
  )
  promise(
    "a stretch names its senders, each with his last message there",
    Effect.gen(function* () {
      const facts = new Facts()
      const said = ["ann", "bob", "ann", "cid"].map((sender) => () => facts.said(sender))
      const created = facts.created("all", "ann", "bob", "cid")
      const messages = said.map((say) => say())
      yield* append(one, -1, created, ...messages)
      const [covered, empty] = yield* (yield* ReceiptReads).covered([
        { conversation: one, after: 1, upTo: 3 },
        { conversation: one, after: -1, upTo: 0 },
      ])
      expect(covered).toEqual({
        last: { seq: 3, messageId: messages[2]!.message_id },
        senders: [
          { user: "ann", seq: 3, messageId: messages[2]!.message_id },
          { user: "bob", seq: 2, messageId: messages[1]!.message_id },
        ],
      })
      expect(empty).toEqual({ senders: [] })
    }),
  )
}
