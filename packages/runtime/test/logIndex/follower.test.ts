/** The follower of the log index: complete as far as it says, alone or among others, and never past what it cannot read. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { it } from "@effect/vitest"
import * as TestClock from "effect/testing/TestClock"
import { expect } from "vitest"
import { StoreUnavailable } from "../../src/errors.ts"
import { type Append, EventStore, type MessageKey } from "../../src/EventStore.ts"
import { CommitSignal } from "../../src/eventStore/CommitSignal.ts"
import { layer as storeMemory } from "../../src/eventStore/EventStoreMemory.ts"
import { eventId } from "../../src/freshIds.ts"
import { LogIndex } from "../../src/LogIndex.ts"
import { type Following, followWithIndex } from "../../src/logIndex/LogIndexFollower.ts"
import { layer as indexMemory } from "../../src/logIndex/LogIndexMemory.ts"

const key = (seq: number): MessageKey => ({
  sender: "ann",
  clientMsgId: String(seq),
  seq,
  messageId: `m${seq}`,
  mac: "",
  ts: 0,
})

const lines = {
  prefixes: ["conversation-"],
  linesOf: (event: { readonly revision: number; readonly type: string }) => {
    if (event.type === "Unreadable") throw new Error("not readable")
    return { keys: [key(event.revision)], marks: [] }
  },
}

/** `count` events in `stream`, after `before`; told to `signal`. */
const write = Effect.fnUntraced(function* (
  signal: CommitSignal,
  stream: string,
  before: number,
  count: number,
  type = "Happened",
) {
  const store = yield* EventStore
  const events = Array.from({ length: count }, () => ({ id: eventId(), type, data: "{}", metadata: "{}" }))
  const append: Append = { stream, expected: before < 0 ? "no_stream" : before, events }
  const { position } = yield* store.append(append)
  signal.committed(position, [stream])
  return position
})

const follower = Effect.fnUntraced(function* (
  signal: CommitSignal,
  change: (index: LogIndex["Service"]) => Partial<LogIndex["Service"]> = () => ({}),
  patience = 5_000,
  applies: Following["applies"] = "steadily",
) {
  const [store, index] = [yield* EventStore, yield* LogIndex]
  return yield* followWithIndex({
    index: { ...index, ...change(index) },
    epoch: store.epoch,
    lines,
    scan: (after, limit, prefixes) =>
      Effect.map(store.readAll({ direction: "forward", after, limit, prefixes }), (events) => ({
        events,
        scanned: events.at(-1)?.position ?? after,
        atEnd: events.length < limit,
      })),
    watch: yield* signal.watchAll,
    applies,
    patience,
  })
})

const keysOf = Effect.fnUntraced(function* (stream: string, count: number) {
  const [store, index] = [yield* EventStore, yield* LogIndex]
  const wanted = Array.from({ length: count }, (_, n) => key(n))
  return (yield* index.lookupKeys(store.epoch, stream, wanted)).length
})

const parts = Layer.mergeAll(storeMemory, indexMemory)

it.live("what was written before and after it began is in the index once its position is reached", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    yield* write(signal, "conversation-1", -1, 1_500)
    yield* write(signal, "user-1", -1, 5)
    const { reached } = yield* follower(signal)
    const last = yield* write(signal, "conversation-1", 1_499, 10)
    yield* reached(last)
    expect(yield* keysOf("conversation-1", 2_000)).toBe(1_510)
    expect(yield* keysOf("user-1", 5)).toBe(0)
  }).pipe(Effect.provide(parts)),
)

it.live("several followers of one index leave it complete, and each knows when it is", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    const followers = yield* Effect.forEach([1, 2, 3], () => follower(signal))
    for (let n = 0; n < 40; n++) {
      const last = yield* write(signal, "conversation-1", n * 20 - 1, 20)
      yield* followers[n % 3]!.reached(last)
      expect(yield* keysOf("conversation-1", 800)).toBe((n + 1) * 20)
    }
  }).pipe(Effect.provide(parts)),
)

it.live("an index that cannot be written is waited for as long as patience lasts, and then goes on", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    let away = true
    const lost = new StoreUnavailable({ reason: "away" })
    const { reached } = yield* follower(
      signal,
      ({ apply, position }) => ({
        apply: (batch) => (away ? Effect.fail(lost) : apply(batch)),
        position: (epoch) => (away ? Effect.succeed(-1) : position(epoch)),
      }),
      200,
    )
    const last = yield* write(signal, "conversation-1", -1, 3)
    expect(yield* Effect.flip(reached(last))).toMatchObject({ reason: "the log index is behind the log" })
    away = false
    yield* Effect.retry(reached(last), { times: 50 })
    expect(yield* keysOf("conversation-1", 3)).toBe(3)
  }).pipe(Effect.provide(parts)),
)

it.live("an event that cannot be read stops it before that event, and whoever waits is told so", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    const first = yield* write(signal, "conversation-1", -1, 2)
    const bad = yield* write(signal, "conversation-1", 1, 1, "Unreadable")
    const after = yield* write(signal, "conversation-1", 2, 1)
    const { reached, known } = yield* follower(signal)
    yield* reached(first)
    for (const position of [bad, after])
      expect((yield* Effect.flip(reached(position))).reason).toContain(`the event at ${bad} cannot be read`)
    expect(known()).toBe(first)
    // Another process, which can read it, moves the index on.
    const [store, index] = [yield* EventStore, yield* LogIndex]
    expect(yield* index.apply({ epoch: store.epoch, after: first, to: after, lines: [] })).toBe(true)
    yield* reached(after)
  }).pipe(Effect.provide(parts)),
)

it.effect("on demand: what nobody waits for is left to others, until nobody does it", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    const { known } = yield* follower(signal, undefined, undefined, "onDemand")
    yield* TestClock.adjust("1 second")
    const first = yield* write(signal, "conversation-1", -1, 3)
    const [store, index] = [yield* EventStore, yield* LogIndex]
    expect(yield* index.position(store.epoch)).toBe(-1)
    expect(yield* index.apply({ epoch: store.epoch, after: -1, to: first, lines: [] })).toBe(true)
    yield* TestClock.adjust("1 second")
    expect(known()).toBe(first)
    const second = yield* write(signal, "conversation-1", 2, 3)
    yield* TestClock.adjust("1 second")
    expect(known()).toBe(second)
    expect(yield* keysOf("conversation-1", 6)).toBe(3)
  }).pipe(Effect.provide(parts)),
)

it.effect("on demand: what somebody waits for is there without delay", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    const { reached } = yield* follower(signal, undefined, undefined, "onDemand")
    for (let n = 0; n < 3; n++) {
      yield* reached(yield* write(signal, "conversation-1", n * 5 - 1, 5))
      expect(yield* keysOf("conversation-1", 15)).toBe((n + 1) * 5)
    }
  }).pipe(Effect.provide(parts)),
)

it.effect("steadily: commits of half a second are applied together, at once when somebody waits", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    let applied = 0
    const counting = ({ apply }: LogIndex["Service"]) => ({
      apply: (batch: Parameters<typeof apply>[0]) => Effect.suspend(() => (applied++, apply(batch))),
    })
    const { reached, known } = yield* follower(signal, counting)
    yield* TestClock.adjust("1 second")
    let last = -1
    for (let n = 0; n < 20; n++) {
      last = yield* write(signal, "conversation-1", n - 1, 1)
      yield* TestClock.adjust("1 millis")
    }
    expect(known()).toBe(-1)
    yield* TestClock.adjust("500 millis")
    expect([known(), applied]).toEqual([last, 1])
    yield* reached(yield* write(signal, "conversation-1", 19, 1))
    expect(applied).toBe(2)
  }).pipe(Effect.provide(parts)),
)

it.effect("never: it waits for others", () =>
  Effect.gen(function* () {
    const signal = new CommitSignal()
    const { reached } = yield* follower(signal, undefined, undefined, "never")
    const last = yield* write(signal, "conversation-1", -1, 3)
    const waiting = yield* Effect.forkChild(reached(last))
    yield* TestClock.adjust("1 second")
    const [store, index] = [yield* EventStore, yield* LogIndex]
    expect(yield* index.apply({ epoch: store.epoch, after: -1, to: last, lines: [] })).toBe(true)
    yield* TestClock.adjust("20 millis")
    yield* Fiber.join(waiting)
  }).pipe(Effect.provide(parts)),
)
