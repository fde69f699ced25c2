import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createDirect, owner, parts, readAll, send, ackOf } from "./owner.ts"

/** Two owners that both believe to hold the conversation: the second is asleep at revision 0 while the first goes on. */
const twoOwners = Effect.gen(function* () {
  const [first, stale] = [yield* owner, yield* owner]
  yield* first.ask(createDirect("ann", "bob"))
  // Makes the stale owner load the stream as it stands now.
  yield* stale.ask(createDirect("ann", "bob"))
  return { first, stale }
})

describe("two owners of one conversation", () => {
  it.effect("write one event for one command, and give one answer", () =>
    Effect.gen(function* () {
      const { first, stale } = yield* twoOwners
      const ack = yield* first.ask(send("ann", "m1", "hello"))
      const again = yield* stale.ask(send("ann", "m1", "hello"))
      expect(ack).toMatchObject({ answer: { seq: 1, duplicate: false } })
      expect(again).toMatchObject({ answer: { seq: 1, duplicate: true } })
      expect(again).toMatchObject({ answer: { message_id: ackOf(ack).message_id } })
      expect((yield* readAll).map((event) => event.type)).toEqual(["ConversationCreated", "MessageSent"])
    }).pipe(Effect.provide(parts)),
  )

  it.effect("refuse the same key with another body", () =>
    Effect.gen(function* () {
      const { first, stale } = yield* twoOwners
      yield* first.ask(send("ann", "m1", "hello"))
      const other = yield* stale.ask(send("ann", "m1", "good bye"))
      expect(other).toMatchObject({ _tag: "Rejected", rejection: { code: "idempotency_mismatch" } })
      expect(yield* readAll).toHaveLength(2)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("asked at the same time, still write one event and give one answer", () =>
    Effect.gen(function* () {
      const { first, stale } = yield* twoOwners
      const answers = yield* Effect.all(
        [first, stale].map((one) => one.ask(send("ann", "m1", "hello"))),
        { concurrency: "unbounded" },
      )
      const acks = answers.map((reply) => (reply._tag === "Answered" ? reply.answer : reply))
      expect(acks.map((ack) => ("duplicate" in ack ? ack.duplicate : ack))).toEqual(
        expect.arrayContaining([true, false]),
      )
      expect(new Set(acks.map((ack) => ("seq" in ack ? ack.seq : -1)))).toEqual(new Set([1]))
      expect(yield* readAll).toHaveLength(2)
    }).pipe(Effect.provide(parts)),
  )
})
