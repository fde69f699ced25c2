import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  about,
  ackOf,
  archive,
  briefly,
  change,
  createDirect,
  createGroup,
  edit,
  owner,
  ownerAt,
  parts,
  readAll,
  remove,
  send,
  setRole,
} from "./owner.ts"

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

describe("what reaches an owner after another one has gone on", () => {
  /** As a gateway sends it at that time. */
  const sentAt = (at: number, id: string, text = id) => {
    const request = send("ann", id, text)
    return { ...request, origin: { ...request.origin, call: { process: "gateway", number: at, at } } }
  }
  /** The stale one was frozen at 1 s with nothing but the creation in mind; the other decided on "later" at 9 s; now it is 20 s. */
  const thawed = Effect.gen(function* () {
    let now = 1_000
    const [first, stale] = [yield* ownerAt(() => now), yield* ownerAt(() => now)]
    yield* first.ask(createDirect("ann", "bob"))
    yield* stale.ask(createDirect("ann", "bob"))
    now = 9_000
    yield* first.ask(sentAt(9_000, "later"))
    now = 20_000
    return stale
  })

  it.effect("[I5] is not written behind it when it was sent before, now and whenever it comes", () =>
    Effect.gen(function* () {
      const stale = yield* thawed
      const early = yield* Effect.all(
        [stale.ask(sentAt(3_000, "one")), stale.ask(sentAt(3_001, "two"))].map(Effect.flip),
        { concurrency: "unbounded" },
      )
      expect(early.map(({ reason }) => reason)).toEqual(
        Array.from({ length: 2 }, () => "another owner has decided on later requests"),
      )
      expect((yield* Effect.flip(stale.ask(sentAt(3_002, "three"))))._tag).toBe("Unavailable")
      expect(yield* readAll).toHaveLength(2)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("is answered from what stands", () =>
    Effect.gen(function* () {
      const stale = yield* thawed
      expect(yield* stale.ask(sentAt(3_000, "later"))).toMatchObject({ answer: { seq: 1, duplicate: true } })
      expect(yield* stale.ask(sentAt(3_000, "later", "another text"))).toMatchObject({
        rejection: { code: "idempotency_mismatch" },
      })
    }).pipe(Effect.provide(parts)),
  )

  it.effect("is written when it was sent since, or has been under way for no longer than usual", () =>
    Effect.gen(function* () {
      const stale = yield* thawed
      expect(ackOf(yield* stale.ask(sentAt(9_000, "since"))).seq).toBe(2)
      expect(ackOf(yield* stale.ask(sentAt(18_000, "fresh"))).seq).toBe(3)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("is written whatever the clock of the sender shows, when the log's last time is no later", () =>
    Effect.gen(function* () {
      const [first, other] = [yield* ownerAt(() => 5_000), yield* ownerAt(() => 3_600_000)]
      yield* first.ask(createDirect("ann", "bob"))
      expect(ackOf(yield* other.ask(sentAt(5_000, "m1"))).seq).toBe(1)
    }).pipe(Effect.provide(parts)),
  )
})

/** Both know the message as it is now, with ann's reaction to it. */
const knowing = Effect.gen(function* () {
  const [first, stale] = [yield* owner, yield* owner]
  yield* first.ask(createGroup("ann", "bob"))
  const { message_id: id } = ackOf(yield* first.ask(send("bob", "m1", "hello")))
  for (const one of [first, stale]) expect(briefly(yield* one.ask(about("AddReaction", "ann", id)))).toBe(2)
  return { first, stale, id, head: 2 }
})

describe("an owner that was left behind", () => {
  it.effect("does not answer with a reaction that has been taken back since", () =>
    Effect.gen(function* () {
      const { first, stale, id } = yield* knowing
      expect(briefly(yield* first.ask(about("RemoveReaction", "ann", id)))).toBe(3)
      expect(briefly(yield* stale.ask(about("AddReaction", "ann", id)))).toBe(4)
      expect(briefly(yield* first.ask(about("AddReaction", "ann", id)))).toBe(4)
      expect((yield* readAll).map(({ data }) => (JSON.parse(data) as { count?: number }).count)).toEqual([
        undefined,
        undefined,
        1,
        0,
        1,
      ])
    }).pipe(Effect.provide(parts)),
  )

  it.effect("does not answer with an edit that another has replaced", () =>
    Effect.gen(function* () {
      const { first, stale, id } = yield* knowing
      for (const one of [first, stale]) expect(briefly(yield* one.ask(edit("bob", id, "one")))).toBe(3)
      expect(briefly(yield* first.ask(edit("bob", id, "two")))).toBe(4)
      expect(briefly(yield* stale.ask(edit("bob", id, "one")))).toBe(5)
      expect(briefly(yield* first.ask(edit("bob", id, "one")))).toBe(5)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("edits and reacts to nothing that has been deleted", () =>
    Effect.gen(function* () {
      const { first, stale, id } = yield* knowing
      expect(briefly(yield* first.ask(remove("ann", id)))).toBe(3)
      expect(briefly(yield* stale.ask(edit("bob", id, "other")))).toBe("gone")
      expect(briefly(yield* stale.ask(about("AddReaction", "ann", id)))).toBe("gone")
      expect(briefly(yield* stale.ask(remove("bob", id)))).toBe(3)
      expect(yield* readAll).toHaveLength(4)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("declines nobody for what he no longer is", () =>
    Effect.gen(function* () {
      const { first, stale } = yield* knowing
      yield* stale.ask(send("eve", "m", "who am I"))
      yield* first.ask(change("ann", { add: ["eve"] }))
      expect(briefly(yield* stale.ask(send("eve", "m", "who am I")))).toBe(4)
      yield* first.ask(setRole("ann", "eve", "reader"))
      expect(briefly(yield* stale.ask(send("eve", "m2", "hello")))).toBe("forbidden")
      yield* first.ask(archive("ann"))
      expect(briefly(yield* stale.ask(send("bob", "m3", "hello")))).toBe("conflict")
    }).pipe(Effect.provide(parts)),
  )
})
