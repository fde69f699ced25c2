/** Requests as people make them, with their plaintexts: what is recognised as the same again, though nothing is kept in the clear. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  ackOf,
  briefly,
  createGroup,
  edit,
  owner,
  parts,
  readAll,
  send,
  setRole,
  update,
} from "../entity/owner.ts"

describe("an edit", () => {
  it.effect("to what is said already writes nothing, by value: as sent, and as edited", () =>
    Effect.gen(function* () {
      const loop = yield* owner
      yield* loop.ask(createGroup("ann"))
      const { message_id: id } = ackOf(yield* loop.ask(send("ann", "m1", "hello")))
      const seqs: Array<number | string> = []
      for (const text of ["hello", "good bye", "good bye", "hello", "hello"])
        seqs.push(briefly(yield* loop.ask(edit("ann", id, text))))
      expect(seqs).toEqual([1, 2, 2, 3, 3])
      expect(yield* readAll).toHaveLength(4)
    }).pipe(Effect.provide(parts)),
  )

  it.effect(
    "of what has no text is unprocessable, be it media, ciphertext or an empty text beside them",
    () =>
      Effect.gen(function* () {
        const loop = yield* owner
        yield* loop.ask(createGroup("ann"))
        const bodies = [{ media: ["med_1"] }, { ciphertext: "AAAA" }, { text: "", media: ["med_1"] }]
        for (const [n, body] of bodies.entries()) {
          const { message_id: id } = ackOf(yield* loop.ask({ ...send("ann", `m${n}`, ""), body }))
          expect(briefly(yield* loop.ask(edit("ann", id, "text")))).toBe("unprocessable")
        }
        const captioned = { ...send("ann", "both", ""), body: { text: "look", media: ["med_1"] } }
        const { message_id: id } = ackOf(yield* loop.ask(captioned))
        expect(briefly(yield* loop.ask(edit("ann", id, "look here")))).toBe(5)
      }).pipe(Effect.provide(parts)),
  )

  it.effect("is as long as a message may be, in code points and in bytes", () =>
    Effect.gen(function* () {
      const loop = yield* owner
      yield* loop.ask(createGroup("ann"))
      const { message_id: id } = ackOf(yield* loop.ask(send("ann", "m1", "hello")))
      expect(briefly(yield* loop.ask(edit("ann", id, "😀".repeat(16_000))))).toBe(2)
      expect(briefly(yield* loop.ask(edit("ann", id, "x".repeat(16_001))))).toBe("payload_too_large")
    }).pipe(Effect.provide(parts)),
  )
})

describe("a change of settings", () => {
  it.effect("to what stands writes nothing, by value", () =>
    Effect.gen(function* () {
      const loop = yield* owner
      yield* loop.ask(createGroup("ann", "bob"))
      const seqs: Array<number | string> = []
      for (const settings of [
        { name: "one", metadata: { a: 1, b: [2] } },
        { name: "one", metadata: { b: [2], a: 1 } },
        { name: "one" },
        { topic: "t" },
        { topic: "t", name: "one" },
        { topic: "" },
        { topic: null, metadata: { b: [2], a: 1 } },
        { metadata: { a: 1, b: [3] } },
        {},
      ])
        seqs.push(briefly(yield* loop.ask(update("ann", settings))))
      expect(seqs).toEqual([1, 1, 1, 2, 2, 3, 3, 4, 4])
    }).pipe(Effect.provide(parts)),
  )

  it.effect("by another person is a change, and his own from then on", () =>
    Effect.gen(function* () {
      const loop = yield* owner
      yield* loop.ask(createGroup("ann", "bob"))
      yield* loop.ask(setRole("ann", "bob", "admin"))
      const seqs: Array<number | string> = []
      for (const who of ["ann", "bob", "bob", "ann"])
        seqs.push(briefly(yield* loop.ask(update(who, { name: "one" }))))
      expect(seqs).toEqual([2, 3, 3, 4])
    }).pipe(Effect.provide(parts)),
  )

  it.effect("holds at most 4,096 bytes of metadata", () =>
    Effect.gen(function* () {
      const loop = yield* owner
      yield* loop.ask(createGroup("ann"))
      const of = (bytes: number) => ({ a: "x".repeat(bytes - '{"a":""}'.length) })
      expect(briefly(yield* loop.ask(update("ann", { metadata: of(4_096) })))).toBe(1)
      expect(briefly(yield* loop.ask(update("ann", { metadata: of(4_097) })))).toBe("payload_too_large")
    }).pipe(Effect.provide(parts)),
  )
})
