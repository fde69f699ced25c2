import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { StoreUnavailable } from "../../src/errors.ts"
import {
  about,
  ackOf,
  briefly,
  createGroup,
  edit,
  ownerOver,
  parts,
  readAll,
  remove,
  send,
  unhurried,
} from "./owner.ts"

/** An owner that counts what it reads of single events and marks. */
const counting = Effect.gen(function* () {
  const reads = { events: 0, marks: 0 }
  const loop = yield* ownerOver((store) => ({
    ...unhurried(store),
    readStream: (stream, read) => {
      if (read.limit === 1) reads.events += 1
      return store.readStream(stream, read)
    },
    lookupMarks: (stream, wanted) => {
      reads.marks += 1
      return store.lookupMarks(stream, wanted)
    },
  }))
  yield* loop.ask(createGroup("ann", "bob", "cid"))
  return { loop, reads }
})

describe("an entity that is asked about its messages", () => {
  it.effect("reads nothing for a send, and each message once", () =>
    Effect.gen(function* () {
      const { loop, reads } = yield* counting
      const { message_id: id } = ackOf(yield* loop.ask(send("ann", "m1", "hello")))
      expect(reads).toEqual({ events: 0, marks: 0 })
      expect(briefly(yield* loop.ask(edit("ann", id, "other")))).toBe(2)
      expect(reads).toEqual({ events: 1, marks: 1 })
      expect(briefly(yield* loop.ask(edit("ann", id, "third")))).toBe(3)
      expect(briefly(yield* loop.ask(about("AddReaction", "ann", id)))).toBe(4)
      expect(briefly(yield* loop.ask(remove("ann", id)))).toBe(5)
      expect(reads).toEqual({ events: 1, marks: 1 })
    }).pipe(Effect.provide(parts)),
  )

  it.effect("decides a batch about more messages than it remembers", () =>
    Effect.gen(function* () {
      const { loop, reads } = yield* counting
      const ids = yield* Effect.forEach(
        Array.from({ length: 600 }, (_, n) => n),
        (n) => Effect.map(loop.ask(send("ann", `m${n}`, "hello")), (reply) => ackOf(reply).message_id),
        { concurrency: "unbounded" },
      )
      const requests = ids.map((_, n) => ({
        ...send("bob", `r${n}`, "yes"),
        body: { text: "yes", reply_to_message_id: ids[n]!, thread_root_id: ids[599 - n]! },
      }))
      const replies = yield* Effect.forEach(requests, (request) => loop.ask(request), {
        concurrency: "unbounded",
      })
      expect(replies.map(briefly)).toEqual(requests.map((_, n) => 601 + n))
      expect(reads.events).toBeGreaterThan(0)
      expect(yield* readAll).toHaveLength(1_201)
    }).pipe(Effect.provide(parts)),
  )

  it.effect("counts right in one batch: reactions of many, taken back, to two messages", () =>
    Effect.gen(function* () {
      const { loop } = yield* counting
      const ids = yield* Effect.forEach(["m1", "m2"], (key) =>
        Effect.map(loop.ask(send("ann", key, "hello")), (reply) => ackOf(reply).message_id),
      )
      const asked = ids.flatMap((id) => [
        ...["ann", "bob", "cid", "ann"].map((who) => about("AddReaction", who, id)),
        about("RemoveReaction", "bob", id),
        about("AddReaction", "bob", id),
        about("RemoveReaction", "eve", id),
      ])
      const replies = yield* Effect.forEach(asked, (request) => loop.ask(request), {
        concurrency: "unbounded",
      })
      expect(replies.map(briefly)).toEqual([3, 4, 5, 3, 6, 7, "not_found", 8, 9, 10, 8, 11, 12, "not_found"])
      const counts = (yield* readAll).map(({ data }) => (JSON.parse(data) as { count?: number }).count)
      expect(counts.slice(3)).toEqual([1, 2, 3, 2, 3, 1, 2, 3, 2, 3])
    }).pipe(Effect.provide(parts)),
  )

  it.effect("that has just woken knows of each who asks whether he has reacted already", () =>
    Effect.gen(function* () {
      const { loop } = yield* counting
      const { message_id: id } = ackOf(yield* loop.ask(send("ann", "m1", "hello")))
      yield* loop.ask(about("AddReaction", "ann", id))
      yield* loop.ask(about("AddReaction", "cid", id))
      const woken = yield* ownerOver(unhurried)
      const asked = ["bob", "cid", "ann"].map((who) => about("AddReaction", who, id))
      const replies = yield* Effect.forEach(asked, (request) => woken.ask(request), {
        concurrency: "unbounded",
      })
      expect(replies.map(briefly)).toEqual([4, 3, 2])
    }).pipe(Effect.provide(parts)),
  )

  it.effect("that cannot look them up says so, and decides nothing in the meantime", () =>
    Effect.gen(function* () {
      let broken = false
      const loop = yield* ownerOver((store) => ({
        lookupMarks: (stream, wanted) =>
          broken
            ? Effect.fail(new StoreUnavailable({ reason: "no answer" }))
            : store.lookupMarks(stream, wanted),
      }))
      yield* loop.ask(createGroup("ann"))
      const { message_id: id } = ackOf(yield* loop.ask(send("ann", "m1", "hello")))
      broken = true
      expect(yield* Effect.flip(loop.ask(remove("ann", id)))).toMatchObject({ _tag: "Unavailable" })
      broken = false
      expect(briefly(yield* loop.ask(remove("ann", id)))).toBe(2)
    }).pipe(Effect.provide(parts)),
  )
})
