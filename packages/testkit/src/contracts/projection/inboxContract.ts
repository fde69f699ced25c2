/** What a user finds in his inbox, and how its pages hold together while everything moves. */
import { Inbox } from "@parley/projections/Inbox"
import type { InboxCursor } from "@parley/projections/inboxCursor"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append, appendOwn, conversation, Facts, readUpTo } from "./given.ts"
import type { Promised } from "./projectionContract.ts"

const [one, two, three] = [conversation(1), conversation(2), conversation(3)]

const inbox = Effect.fnUntraced(function* (user: string, limit: number, cursor?: InboxCursor) {
  const page = yield* (yield* Inbox).page(user, { limit, ...(cursor === undefined ? {} : { cursor }) })
  return { ...page, rows: page.rows.map((row) => [row.conversation.id, row.lastMessage?.seq, row.unread]) }
})

export const inboxContract = (promise: Promised): void => {
  promise(
    "it holds one's conversations, latest activity first, with the last message and the unread number, page by page",
    Effect.gen(function* () {
      const [a, b, c] = [new Facts(), new Facts(), new Facts()]
      yield* append(one, -1, a.created("all", "ann", "bob"), a.said("bob"))
      yield* append(two, -1, b.created("all", "bob"), b.said("bob"), b.added("ann"), b.said("bob"))
      yield* append(three, -1, c.created("all", "ann", "bob"), c.removed("bob"))
      const whole = [
        [three, undefined, 0],
        [two, 3, 1],
        [one, 1, 1],
      ]
      expect(yield* inbox("ann", 10)).toEqual({ rows: whole })
      expect(yield* inbox("bob", 10)).toEqual({
        rows: [
          [two, 3, 0],
          [one, 1, 0],
        ],
      })
      const first = yield* inbox("ann", 2)
      expect(first.rows).toEqual(whole.slice(0, 2))
      expect(yield* inbox("ann", 2, first.next)).toEqual({ rows: whole.slice(2) })
      yield* append(one, 1, a.said("ann"))
      expect((yield* inbox("ann", 1)).rows).toEqual([[one, 2, 1]])
      expect(yield* inbox("zoe", 5)).toEqual({ rows: [] })
    }),
  )
  promise(
    "messages and thread replies move a conversation up, reactions, edits and other people's coming do not",
    Effect.gen(function* () {
      const [a, b] = [new Facts(), new Facts()]
      const said = [a.created("all", "ann", "bob"), a.said("bob")] as const
      yield* append(one, -1, ...said)
      yield* append(two, -1, b.created("all", "ann", "bob"))
      yield* append(one, 1, a.reacted(said[1], "bob", "👍", 1), a.edited(said[1]), a.added("cid"))
      expect((yield* inbox("ann", 5)).rows).toEqual([
        [two, undefined, 0],
        [one, 1, 1],
      ])
      yield* append(one, 4, a.said("bob", said[1].message_id))
      // The reply is neither the last message nor unread.
      expect((yield* inbox("ann", 5)).rows[0]).toEqual([one, 1, 1])
    }),
  )
  promise(
    "read, deleted and own messages are not unread, and a deleted last message keeps its place",
    Effect.gen(function* () {
      const facts = new Facts()
      const [created, first, second, third] = [
        facts.created("all", "ann", "bob"),
        facts.said("bob"),
        facts.said("bob"),
        facts.said("bob"),
      ]
      yield* append(one, -1, created, first, second, third, facts.said("ann"))
      expect((yield* inbox("ann", 1)).rows).toEqual([[one, 4, 3]])
      yield* appendOwn("ann", readUpTo({ [one]: 1 }))
      expect((yield* inbox("ann", 1)).rows).toEqual([[one, 4, 2]])
      yield* append(one, 4, facts.deleted(third))
      expect((yield* inbox("ann", 1)).rows).toEqual([[one, 4, 1]])
      const page = yield* (yield* Inbox).page("ann", { limit: 1 })
      expect(page.rows).toMatchObject([{ readSeq: 1, lastMessage: { sender: "ann" } }])
    }),
  )
  promise(
    "pages that follow each other hold each conversation once, in the order of the first page, whatever moves meanwhile",
    Effect.gen(function* () {
      const ids = Array.from({ length: 30 }, (_, n) => conversation(n))
      const facts = ids.map(() => new Facts())
      yield* Effect.forEach(ids, (id, n) => append(id, -1, facts[n]!.created("all", "ann", "bob")))
      const seen: Array<unknown> = []
      let cursor: InboxCursor | undefined
      for (let page = 0; ; page++) {
        const { rows, next } = yield* inbox("ann", 7, cursor)
        seen.push(...rows.map(([id]) => id))
        if (next === undefined) break
        cursor = next
        // One that was shown, one that was not, and a new one.
        for (const n of [29 - page, page]) {
          const own = facts[n]!
          yield* append(ids[n]!, own.next - 1, own.said("bob"))
        }
        const fresh = new Facts()
        yield* append(conversation(100 + page), -1, fresh.created("all", "ann"), fresh.said("ann"))
      }
      expect(seen).toEqual(ids.toReversed())
    }),
  )
  promise(
    "whoever is removed between two pages finds the conversation on none of those to come",
    Effect.gen(function* () {
      const [a, b, c] = [new Facts(), new Facts(), new Facts()]
      yield* append(one, -1, a.created("all", "bob", "ann"))
      yield* append(two, -1, b.created("all", "bob", "ann"))
      yield* append(three, -1, c.created("all", "bob", "ann"))
      const first = yield* inbox("ann", 1)
      yield* append(two, 0, b.removed("ann"))
      expect(yield* inbox("ann", 5, first.next)).toEqual({ rows: [[one, undefined, 0]] })
    }),
  )
}
