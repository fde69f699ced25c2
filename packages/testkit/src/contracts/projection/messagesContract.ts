/** What a reader finds of a message that was edited, deleted, reacted or replied to. */
import type { MessageSent } from "@parley/domain/conversation/events"
import { Reads } from "@parley/projections/Reads"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { append, conversation, Facts } from "./given.ts"
import type { Promised } from "./projectionContract.ts"

const one = conversation(1)

const found = Effect.fnUntraced(function* (user: string, message: MessageSent) {
  return (yield* (yield* Reads).message(one, user, message.message_id))?.message
})

const replies = Effect.fnUntraced(function* (user: string, root: MessageSent, limit: number, after = -1) {
  const page = yield* (yield* Reads).thread(one, user, root.message_id, { _tag: "After", after, limit })
  return page?.messages.map((message) => message.seq)
})

export const messagesContract = (promise: Promised): void => {
  promise(
    "an edit, a reaction and a deletion are seen as soon as they are acknowledged",
    Effect.gen(function* () {
      const facts = new Facts()
      const [created, said] = [facts.created("all", "ann", "bob"), facts.said("ann")]
      yield* append(one, -1, created, said)
      expect(yield* found("bob", said)).toMatchObject({ body: said.body, reactions: [], replyCount: 0 })
      yield* append(one, 1, facts.edited(said))
      expect(yield* found("bob", said)).toMatchObject({ body: said.body, edit: { body: { box: "BBBB" } } })
      yield* append(one, 2, facts.reacted(said, "bob", "👍", 1), facts.reacted(said, "ann", "🎉", 1))
      const reactions = [
        { emoji: "👍", count: 1, mine: true },
        { emoji: "🎉", count: 1, mine: false },
      ]
      expect((yield* found("bob", said))?.reactions).toEqual(reactions)
      yield* append(one, 4, facts.deleted(said))
      const gone = yield* found("bob", said)
      expect(gone).toMatchObject({ seq: 1, deleted: true, reactions: [] })
      expect(gone).not.toHaveProperty("body")
      expect(gone).not.toHaveProperty("edit")
    }),
  )
  promise(
    "a thread holds its replies in order, page by page, and its root counts them",
    Effect.gen(function* () {
      const facts = new Facts()
      const [created, root, other] = [
        facts.created("all", "ann", "bob"),
        facts.said("ann"),
        facts.said("bob"),
      ]
      const answers = Array.from({ length: 5 }, (_, n) => [
        facts.said("bob", root.message_id),
        facts.said(n % 2 === 0 ? "ann" : "bob"),
      ]).flat()
      yield* append(one, -1, created, root, other, ...answers)
      expect(yield* replies("ann", root, 3)).toEqual([3, 5, 7])
      expect(yield* replies("ann", root, 3, 7)).toEqual([9, 11])
      expect((yield* found("ann", root))?.replyCount).toBe(5)
      expect(yield* replies("ann", other, 3)).toEqual([])
      // It keeps its place, its thread goes on.
      yield* append(one, facts.next - 1, facts.deleted(root), facts.said("ann", root.message_id))
      expect(yield* replies("ann", root, 50)).toEqual([3, 5, 7, 9, 11, 14])
      expect(yield* found("ann", root)).toMatchObject({ deleted: true, replyCount: 6 })
    }),
  )
  promise(
    "what a reader may not see has no thread and is no message, for him",
    Effect.gen(function* () {
      const facts = new Facts()
      const [created, early] = [facts.created("from_join", "ann"), facts.said("ann")]
      yield* append(one, -1, created, early, facts.added("bob"))
      const late = facts.said("ann", early.message_id)
      yield* append(one, 2, late)
      expect([yield* found("bob", early), yield* replies("bob", early, 5)]).toEqual([undefined, undefined])
      expect([yield* found("ann", early), yield* replies("ann", early, 5)]).toMatchObject([{ seq: 1 }, [3]])
      expect(yield* found("bob", late)).toMatchObject({ seq: 3, threadRoot: early.message_id })
      expect([yield* found("zoe", late), yield* replies("zoe", late, 5)]).toEqual([undefined, undefined])
      const nothing = { ...early, message_id: `msg_${"0".repeat(26)}` }
      expect([yield* found("ann", nothing), yield* replies("ann", nothing, 5)]).toEqual([
        undefined,
        undefined,
      ])
    }),
  )
}
