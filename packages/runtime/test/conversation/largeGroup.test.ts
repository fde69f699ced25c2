/** Groups of the largest size: made, joined and left, with one event for at most 500 people and a count that is right after each. */
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { change, briefly, createGroup, owner, parts, readAll } from "../entity/owner.ts"

/** As long as an id can be: the append is as large as it gets. */
const person = (n: number): string => `${"p".repeat(59)}${String(n).padStart(5, "0")}`
const people = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from }, (_, n) => person(from + n))

const events = Effect.map(readAll, (all) => all.map((event) => decodeEvent(event)))

/** Recounts the members, event by event. */
const recount = (history: ReadonlyArray<ConversationEvent>): Set<string> => {
  const members = new Set<string>()
  for (const event of history) {
    if (event._tag === "ConversationCreated" || event._tag === "MemberAdded") {
      expect(event.members.length).toBeLessThanOrEqual(500)
      for (const { user_id } of event.members) members.add(user_id)
    }
    if (event._tag === "MemberRemoved") {
      expect(event.user_ids.length).toBeLessThanOrEqual(500)
      for (const user of event.user_ids) members.delete(user)
    }
    if ("member_count" in event) expect(event.member_count).toBe(members.size)
  }
  return members
}

describe("a group of 10,000", () => {
  it.effect("is made in one append, by one request, and not larger", () =>
    Effect.gen(function* () {
      const loop = yield* owner
      expect(briefly(yield* loop.ask(createGroup("ann", ...people(0, 10_000))))).toBe("unprocessable")
      expect(briefly(yield* loop.ask(createGroup("ann", ...people(0, 9_999))))).toBe("true")
      expect(briefly(yield* loop.ask(change("ann", { add: [person(9_999)] })))).toBe("unprocessable")
      const history = yield* events
      expect(history).toHaveLength(20)
      expect(recount(history).size).toBe(10_000)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("is joined and left by thousands at once, each once, without a gap", () =>
    Effect.gen(function* () {
      const loop = yield* owner
      yield* loop.ask(createGroup("ann", ...people(0, 1_000)))
      yield* loop.ask(change("ann", { add: people(1_000, 9_000) }))
      const replies = yield* Effect.all(
        [
          ...people(0, 1_000).map((who) => loop.ask(change(who, { remove: [who] }))),
          ...people(9_000, 9_999).map((who) => loop.ask(change("ann", { add: [who] }))),
          ...people(0, 1_000).map((who) => loop.ask(change(who, { remove: [who] }))),
        ],
        { concurrency: "unbounded" },
      )
      const left = replies.slice(0, 1_000).map(briefly)
      expect(new Set(left).size).toBe(1_000)
      expect(replies.slice(1_999).map(briefly)).toEqual(left.map(() => "not_found"))
      const history = yield* events
      const members = recount(history)
      expect(members.size).toBe(1 + 8_000 + 999)
      // Two of the creation, sixteen of the large joining, one for each who left or came.
      expect(history).toHaveLength(3 + 16 + 1_999)
      expect(briefly(yield* loop.ask(change("ann", { remove: people(1_000, 9_000) })))).toBe(
        3 + 16 + 1_999 + 15,
      )
      expect(recount(yield* events).size).toBe(1_000)
    }).pipe(Effect.provide(parts)),
  )
})
