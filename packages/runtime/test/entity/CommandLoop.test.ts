import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { StoreUnavailable } from "../../src/errors.ts"
import { createDirect, owner, ownerOver, parts, readAll, send, ackOf } from "./owner.ts"

const unavailable = new StoreUnavailable({ reason: "no answer" })
const run = <A, E, R>(test: Effect.Effect<A, E, R>) => Effect.provide(test, parts)

/** Lets time pass in small steps, at most two minutes of it, until the fiber has its answer. */
const advanceUntilDone = (fiber: Fiber.Fiber<unknown, unknown>) =>
  Effect.gen(function* () {
    for (let step = 0; step < 1_200 && fiber.pollUnsafe() === undefined; step++)
      yield* TestClock.adjust("100 millis")
  })

describe("a command loop", () => {
  it.effect("answers nothing before the events it depends on are durable, rejections included", () =>
    run(
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const loop = yield* ownerOver((store) => ({
          append: (append) => Effect.andThen(Deferred.await(gate), store.append(append)),
        }))
        const created = yield* Effect.forkChild(loop.ask(createDirect("ann", "bob")))
        const sent = yield* Effect.forkChild(loop.ask(send("ann", "m1", "hello")))
        const declined = yield* Effect.forkChild(loop.ask(send("eve", "m1", "hello")))
        yield* TestClock.adjust("1 second")
        expect([created, sent, declined].map((fiber) => fiber.pollUnsafe())).toEqual([
          undefined,
          undefined,
          undefined,
        ])
        yield* Deferred.succeed(gate, undefined)
        expect(yield* Fiber.join(sent)).toMatchObject({ answer: { seq: 1 } })
        expect(yield* Fiber.join(declined)).toMatchObject({ rejection: { code: "not_found" } })
      }),
    ),
  )

  it.effect("decides in the order of arrival, in one append for all that waited", () =>
    run(
      Effect.gen(function* () {
        const sizes: Array<number> = []
        const loop = yield* ownerOver((store) => ({
          append: (append) => {
            sizes.push(append.events.length)
            return Effect.andThen(Effect.yieldNow, store.append(append))
          },
        }))
        yield* loop.ask(createDirect("ann", "bob"))
        const replies = yield* Effect.forEach(
          Array.from({ length: 600 }, (_, i) => i),
          (i) => loop.ask(send("ann", `m${i}`, "hello")),
          { concurrency: "unbounded" },
        )
        expect(replies.map((reply) => ackOf(reply).seq)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1))
        expect(Math.max(...sizes)).toBeLessThanOrEqual(256)
        expect(sizes.length).toBeLessThan(10)
      }),
    ),
  )

  it.effect("asks the store again with the same ids at the same revision when there was no answer", () =>
    run(
      Effect.gen(function* () {
        const asked: Array<unknown> = []
        const loop = yield* ownerOver((store) => ({
          append: (append) =>
            Effect.suspend(() => {
              asked.push([append.expected, append.events.map((event) => event.id)])
              // The first one is written, and its answer lost.
              if (asked.length === 1) return Effect.andThen(store.append(append), Effect.fail(unavailable))
              return store.append(append)
            }),
        }))
        const created = yield* Effect.forkChild(loop.ask(createDirect("ann", "bob")))
        yield* advanceUntilDone(created)
        expect(yield* Fiber.join(created)).toMatchObject({ answer: { created: true } })
        expect(asked).toHaveLength(2)
        expect(asked[0]).toEqual(asked[1])
        expect(yield* readAll).toHaveLength(1)
      }),
    ),
  )

  it.effect(
    "tells everybody after 30 seconds without the store, and reads the stream before it goes on",
    () =>
      run(
        Effect.gen(function* () {
          let down = true
          const loop = yield* ownerOver((store) => ({
            append: (append) =>
              down ? Effect.andThen(store.append(append), Effect.fail(unavailable)) : store.append(append),
          }))
          const created = yield* Effect.forkChild(Effect.exit(loop.ask(createDirect("ann", "bob"))))
          yield* advanceUntilDone(created)
          expect((yield* Fiber.join(created))._tag).toBe("Failure")
          down = false
          // It was written all the same: the reloaded entity knows it.
          expect(yield* loop.ask(createDirect("ann", "bob"))).toMatchObject({ answer: { created: false } })
        }),
      ),
  )

  it.effect("recognises a repeat whose key it no longer holds", () =>
    run(
      Effect.gen(function* () {
        const first = yield* owner
        yield* first.ask(createDirect("ann", "bob"))
        const ack = yield* first.ask(send("ann", "m0", "hello"))
        yield* Effect.forEach(
          Array.from({ length: 3_000 }, (_, i) => i + 1),
          (i) => first.ask(send("bob", `m${i}`, "hello")),
          { concurrency: 200, discard: true },
        )
        const again = yield* first.ask(send("ann", "m0", "hello"))
        expect(again).toMatchObject({
          answer: { seq: 1, duplicate: true, message_id: ackOf(ack).message_id },
        })
        const other = yield* first.ask(send("ann", "m0", "x".repeat(20_000)))
        expect(other).toMatchObject({ rejection: { code: "idempotency_mismatch" } })
        expect(yield* readAll).toHaveLength(3_002)
      }),
    ),
  )

  it.effect("wakes up from a snapshot at most 500 events old, in the same state", () =>
    run(
      Effect.gen(function* () {
        const first = yield* owner
        yield* first.ask(createDirect("ann", "bob"))
        yield* Effect.forEach(
          Array.from({ length: 1_200 }, (_, i) => i),
          (i) => first.ask(send("ann", `m${i}`, "hello")),
          { concurrency: 50, discard: true },
        )
        let read = 0
        const second = yield* ownerOver((store) => ({
          readStream: (stream, options) =>
            Effect.tap(store.readStream(stream, options), (events) =>
              Effect.sync(() => (read += events.length)),
            ),
        }))
        expect(yield* second.ask(send("bob", "b1", "hi"))).toMatchObject({ answer: { seq: 1_201 } })
        expect(read).toBeLessThanOrEqual(500)
        expect(yield* second.ask(send("ann", "m3", "hello"))).toMatchObject({
          answer: { seq: 4, duplicate: true },
        })
      }),
    ),
  )

  it.effect("survives a defect: those who wait are told, the next request is served", () =>
    run(
      Effect.gen(function* () {
        let broken = true
        const loop = yield* ownerOver((store) => ({
          append: (append) => (broken ? Effect.die("planted") : store.append(append)),
        }))
        expect((yield* Effect.exit(loop.ask(createDirect("ann", "bob"))))._tag).toBe("Failure")
        broken = false
        expect(yield* loop.ask(createDirect("ann", "bob"))).toMatchObject({ answer: { created: true } })
      }),
    ),
  )
})
