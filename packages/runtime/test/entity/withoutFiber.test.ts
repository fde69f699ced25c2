/** The way of a batch that needs no fiber: over a store that appends at a callback, as the embedded one does. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { Append, Appended } from "../../src/EventStore.ts"
import { ackOf, createDirect, ownerOver, parts, send } from "./owner.ts"

const run = <A, E, R>(test: Effect.Effect<A, E, R>) => Effect.provide(test, parts)

interface Asked {
  readonly append: Append
  readonly settled: (appended: Appended | undefined) => void
}

/** An owner of a conversation of ann and bob whose store only notes what it is asked without a fiber. */
const noting = Effect.gen(function* () {
  const asked: Array<Asked> = []
  const retried: Array<Append> = []
  const loop = yield* ownerOver((store) => ({
    append: (append) => {
      retried.push(append)
      return store.append(append)
    },
    appendNow: (append, settled) => void asked.push({ append, settled }),
  }))
  yield* loop.ask(createDirect("ann", "bob"))
  retried.length = 0
  return { loop, asked, retried }
})

it.effect("nothing is answered before the append is durable, and who came meanwhile is the next batch", () =>
  run(
    Effect.gen(function* () {
      const { loop, asked, retried } = yield* noting
      const answers: Array<unknown> = []
      for (const id of ["m1", "m2", "m3"]) loop.tell(send("ann", id, "hello"), (reply) => answers.push(reply))
      expect([asked.map(({ append }) => append.events.length), answers]).toEqual([[1], []])
      asked[0]!.settled({ revision: 1, position: 5 })
      expect(answers).toMatchObject([{ answer: { seq: 1 } }])
      expect(asked.map(({ append }) => [append.expected, append.events.length])).toEqual([
        [0, 1],
        [1, 2],
      ])
      asked[1]!.settled({ revision: 3, position: 7 })
      expect(answers).toMatchObject([1, 2, 3].map((seq) => ({ answer: { seq } })))
      expect(retried).toEqual([])
    }),
  ),
)

it.effect("an append of unknown outcome is asked again with the same ids and revision", () =>
  run(
    Effect.gen(function* () {
      const { loop, asked, retried } = yield* noting
      const sent = yield* Effect.forkChild(loop.ask(send("ann", "m1", "hello")), { startImmediately: true })
      asked[0]!.settled(undefined)
      expect(ackOf(yield* Fiber.join(sent)).seq).toBe(1)
      expect(retried).toEqual([asked[0]!.append])
      loop.tell(send("ann", "m2", "hello"), () => undefined)
      expect(asked[1]!.append.expected).toBe(1)
      asked[1]!.settled({ revision: 2, position: 9 })
    }),
  ),
)

it.effect("a request that is declined, or was made before, is not answered from memory alone", () =>
  run(
    Effect.gen(function* () {
      const heads: Array<string> = []
      const loop = yield* ownerOver((store) => ({
        appendNow: (append, settled) =>
          Effect.runFork(Effect.map(store.append(append), settled)) && undefined,
        head: (stream) => {
          heads.push(stream)
          return store.head(stream)
        },
      }))
      yield* loop.ask(createDirect("ann", "bob"))
      heads.length = 0
      expect(ackOf(yield* loop.ask(send("ann", "m1", "hello")))).toMatchObject({ seq: 1, duplicate: false })
      expect(heads).toEqual([])
      expect(ackOf(yield* loop.ask(send("ann", "m1", "hello")))).toMatchObject({ seq: 1, duplicate: true })
      expect(yield* loop.ask(send("eve", "m1", "hello"))).toMatchObject({ rejection: { code: "not_found" } })
      expect(heads.length).toBe(2)
    }),
  ),
)

it.effect("who waits when the entity moves is told once, whatever becomes of the append", () =>
  run(
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { loop, asked } = yield* Scope.provide(noting, scope)
      const answers: Array<unknown> = []
      loop.tell(send("ann", "m1", "hello"), (reply) => answers.push(reply))
      const closed = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(closed)
      asked[0]!.settled({ revision: 1, position: 5 })
      expect(answers).toMatchObject([{ _tag: "Unavailable", reason: "the entity is moving" }])
    }),
  ),
)
