/** Appends over one stream: whose answer is whose, and what a stream that breaks means for whom. */
import { EventEmitter } from "node:events"
import shared from "@eventstore/db-client/generated/shared_pb.js"
import streams from "@eventstore/db-client/generated/streams_pb.js"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, it } from "vitest"
import { AppendStream } from "../../src/eventStore/eventStoreDb/AppendStream.ts"
import type { BatchCall } from "../../src/eventStore/eventStoreDb/oneClient.ts"
import type { Append } from "../../src/EventStore.ts"
import { eventId } from "../../src/freshIds.ts"

type Request = InstanceType<typeof streams.BatchAppendReq>

/** A call that the test answers. */
class Call extends EventEmitter {
  readonly requests: Array<Request> = []
  write(request: Request): boolean {
    this.requests.push(request)
    return true
  }
  cancel(): void {
    this.emit("error", Object.assign(new Error("cancelled"), { code: 1 }))
  }
  /** As if the `n`th request had been appended at `revision`. */
  answer(n: number, revision: number): void {
    const place = new shared.AllStreamPosition().setCommitPosition(String(revision)).setPreparePosition("0")
    const success = new streams.BatchAppendResp.Success()
      .setCurrentRevision(String(revision))
      .setPosition(place)
    const id = this.requests[n]!.getCorrelationId()
    this.emit("data", new streams.BatchAppendResp().setCorrelationId(id).setSuccess(success))
  }
}

const calls = () => {
  const opened: Array<Call> = []
  const appends = new AppendStream(() => {
    const call = new Call()
    opened.push(call)
    return Promise.resolve(call as unknown as BatchCall)
  })
  return { opened, appends }
}

const append = (bytes = 10): Append => ({
  stream: "a",
  expected: "no_stream",
  events: [{ id: eventId(), type: "Happened", data: JSON.stringify("x".repeat(bytes)), metadata: "{}" }],
})

const run = <A>(body: Effect.Effect<A, unknown>) => Effect.runPromise(body)

/** Sent, and on its stream. */
const sent = Effect.fnUntraced(function* (appends: AppendStream, wanted = append()) {
  const fiber = yield* Effect.forkChild(appends.send("a", wanted))
  yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  return fiber
})

it("each append gets its own answer, in whatever order they come", () =>
  run(
    Effect.gen(function* () {
      const { opened, appends } = calls()
      const fibers = [yield* sent(appends), yield* sent(appends), yield* sent(appends)]
      for (const n of [2, 0, 1]) opened[0]!.answer(n, n)
      expect(yield* Effect.forEach(fibers, Fiber.join)).toEqual(
        [0, 1, 2].map((n) => ({ revision: n, position: n })),
      )
      expect(opened).toHaveLength(1)
    }),
  ))

it("a stream that breaks is the end of its own appends alone, and the next append opens another", () =>
  run(
    Effect.gen(function* () {
      const { opened, appends } = calls()
      const before = yield* sent(appends)
      opened[0]!.emit("end")
      expect(yield* Effect.flip(Fiber.join(before))).toMatchObject({ code: 14 })
      const after = yield* sent(appends)
      // What a broken stream says later concerns nobody.
      opened[0]!.emit("error", new Error("again"))
      opened[0]!.answer(0, 7)
      opened[1]!.answer(0, 3)
      expect(yield* Fiber.join(after)).toEqual({ revision: 3, position: 3 })
      expect(opened).toHaveLength(2)
    }),
  ))

it("an answer that nobody waits for any more is heard by nobody", () =>
  run(
    Effect.gen(function* () {
      const { opened, appends } = calls()
      yield* Fiber.interrupt(yield* sent(appends))
      const next = yield* sent(appends)
      opened[0]!.answer(0, 1)
      opened[0]!.emit("data", new streams.BatchAppendResp())
      opened[0]!.answer(1, 2)
      expect(yield* Fiber.join(next)).toEqual({ revision: 2, position: 2 })
    }),
  ))

it("holds a bounded number of unanswered bytes, also of those who no longer wait, and refuses more", () =>
  run(
    Effect.gen(function* () {
      const { opened, appends } = calls()
      for (let n = 0; n < 16; n++) yield* Fiber.interrupt(yield* sent(appends, append(1_048_000)))
      expect(yield* Effect.flip(appends.send("a", append(1_000_000)))).toMatchObject({ code: 14 })
      expect(opened[0]!.requests).toHaveLength(16)
      opened[0]!.answer(0, 0)
      yield* Fiber.interrupt(yield* sent(appends, append(1_000_000)))
      expect(opened[0]!.requests).toHaveLength(17)
    }),
  ))

it("text travels byte for byte, and what is no JSON does not travel", () =>
  run(
    Effect.gen(function* () {
      const { opened, appends } = calls()
      const event = { ...append().events[0]!, data: '{ "a" : 1.0 }', metadata: '{"é":"\\u0000"}' }
      yield* sent(appends, { stream: "a", expected: 3, events: [event] })
      const [message] = opened[0]!.requests[0]!.getProposedMessagesList()
      expect(Buffer.from(message!.getData_asU8()).toString()).toBe(event.data)
      expect(Buffer.from(message!.getCustomMetadata_asU8()).toString()).toBe(event.metadata)
      expect(opened[0]!.requests[0]!.getOptions()?.getStreamPosition()).toBe("3")
      const bad = yield* Effect.exit(
        appends.send("a", { stream: "a", expected: 3, events: [{ ...event, data: "{" }] }),
      )
      expect(bad._tag).toBe("Failure")
      expect(opened[0]!.requests).toHaveLength(1)
    }),
  ))
