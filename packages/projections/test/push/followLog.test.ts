import { encodeEvent } from "@parley/domain/conversation/codec"
import { messageIdAt } from "@parley/domain/ids"
import type { Device } from "@parley/domain/user/state"
import { encodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import { EventStore } from "@parley/runtime/EventStore"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreMemory"
import { eventId } from "@parley/runtime/freshIds"
import { Unavailable } from "@parley/runtime/errors"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import type { Audience } from "../../src/push/Audience.ts"
import type { PushPerson } from "../../src/push/decidePush.ts"
import { followLog } from "../../src/push/followLog.ts"
import { PushQueue } from "../../src/push/PushQueue.ts"
import { layer as queue } from "../../src/push/PushQueueMemory.ts"

const lunch = `cnv_${"1".padStart(26, "0")}`
const trail = { actor: "ann", correlation: "test" }

const parts = Layer.merge(
  eventStore,
  queue({ mostJobs: 100, budget: { burst: 100, everyMs: 1 }, gatherMs: 0, restMs: 0 }),
)

/** Ann and bob in one conversation; bob has a phone. The follower runs; what is written is written at the clock's time. */
const scene = Effect.fnUntraced(function* () {
  const [store, jobs] = [yield* EventStore, yield* PushQueue]
  const looking = new Set<string>()
  const bob = { devices: ["phone"], blocks: new Set<string>(), mutes: new Set<string>() } satisfies PushPerson
  const known = new Map<string, Device>()
  const state = { failing: false, reachesNobody: false, forgotten: [] as Array<string> }
  const audience: Audience["Service"] = {
    person: (user) => Effect.succeed(user === "bob" ? bob : { ...bob, devices: [] }),
    devices: () => Effect.succeed(known),
    members: () =>
      state.failing
        ? Effect.fail(new Unavailable({ reason: "planted" }))
        : Effect.succeed({
            count: 2,
            joined: new Map([
              ["ann", 0],
              ["bob", 0],
            ]),
          }),
    reachesNobody: () => state.reachesNobody,
    mentioned: () => Effect.succeed(new Set<string>()),
    forgetPerson: (user) => void state.forgotten.push(user),
    forgetMembers: () => undefined,
  }
  const start = Effect.andThen(
    Effect.forkChild(
      followLog({ store, queue: jobs, audience, foreground: () => Effect.succeed([...looking]) }),
    ),
    (fiber) => Effect.as(TestClock.adjust(1), fiber),
  )
  const put = Effect.fnUntraced(function* (
    stream: string,
    stored: { type: string; data: string; metadata: string },
  ) {
    const head = yield* store.head(stream)
    const { revision } = yield* store.append({
      ...{
        stream,
        expected: head?.revision ?? ("no_stream" as const),
        events: [{ id: eventId(), ...stored }],
      },
    })
    return revision
  })
  const say = (seq: number) =>
    put(
      `conversation-${lunch}`,
      encodeEvent(
        {
          ...{ _tag: "MessageSent", ts: seq, message_id: messageIdAt(seq, "0".repeat(18)), sender: "ann" },
          ...{
            client_msg_id: `m${seq}`,
            body: { owner: "ann", box: "AAAA" },
            mac: "",
            ordinal: 1,
            sender_ordinal: 1,
          },
        },
        trail,
      ),
    )
  const garbage = put(`conversation-${lunch}`, { type: "MessageSent", data: "{}", metadata: `{"v":1}` })
  const ofBob = (event: UserEvent) => put("user-bob", encodeUserEvent(event, trail))
  const has = (device_id: string, seq: number) =>
    ofBob({ _tag: "Delivered", ts: 1, device_id, cursors: { [lunch]: seq } })
  const read = (seq: number) => ofBob({ _tag: "ReadUpTo", ts: 1, cursors: { [lunch]: seq } })
  const leased = Effect.map(jobs.lease({ now: 1e12, limit: 10, leaseMs: 1 }), (all) => all.jobs)
  const reasons = Effect.map(jobs.decisionsOf("bob", 10), (all) => all.map((one) => one.reason))
  return { start, say, garbage, has, read, ofBob, leased, reasons, looking, known, state, jobs }
})

type Scene = Effect.Success<ReturnType<typeof scene>>

const promise = (title: string, body: (given: Scene) => Effect.Effect<unknown, unknown>): void =>
  it.effect(title, () => Effect.flatMap(scene(), body).pipe(Effect.provide(parts)))

describe("the deciding follower", () => {
  promise("passes over a message that cannot be read, and judges those after it", (given) =>
    Effect.gen(function* () {
      yield* given.start
      yield* given.garbage
      yield* given.say(1)
      yield* TestClock.adjust("4 seconds")
      expect((yield* given.leased).map((job) => job.seq)).toEqual([1])
    }),
  )
  promise("judges a message three seconds after it was written, and not sooner", (given) =>
    Effect.gen(function* () {
      yield* given.start
      yield* given.say(0)
      yield* TestClock.adjust("2900 millis")
      expect(yield* given.leased).toEqual([])
      yield* TestClock.adjust("1 second")
      expect(yield* given.leased).toMatchObject([
        { user: "bob", device: "phone", conversation: lunch, seq: 0 },
      ])
    }),
  )

  promise("starts at the log's head, and goes on where it was", (given) =>
    Effect.gen(function* () {
      yield* given.say(0)
      const fiber = yield* given.start
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(fiber)
      yield* given.say(1)
      yield* TestClock.adjust("1 hour")
      yield* given.start
      yield* TestClock.adjust("4 seconds")
      expect(yield* given.leased).toMatchObject([{ seq: 1, count: 1 }])
    }),
  )

  promise("killed between reading and judging judges once all the same", (given) =>
    Effect.gen(function* () {
      const fiber = yield* given.start
      yield* given.say(0)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      yield* Fiber.interrupt(yield* given.start)
      yield* given.start
      yield* TestClock.adjust("10 seconds")
      expect(yield* given.leased).toMatchObject([{ seq: 0, count: 1 }])
    }),
  )

  promise(
    "tells nobody of what he read within the three seconds, or after a standstill of an hour",
    (given) =>
      Effect.gen(function* () {
        const fiber = yield* given.start
        yield* given.say(0)
        yield* given.read(0)
        yield* TestClock.adjust("4 seconds")
        yield* Fiber.interrupt(fiber)
        yield* given.say(1)
        yield* TestClock.adjust("30 minutes")
        yield* given.read(1)
        yield* TestClock.adjust("30 minutes")
        yield* given.start
        yield* TestClock.adjust("4 seconds")
        expect(yield* given.leased).toEqual([])
        expect(given.jobs.stats().suppressed).toMatchObject({ read: 2 })
      }),
  )

  promise("only a device in the foreground suppresses, of those that have the message", (given) =>
    Effect.gen(function* () {
      yield* given.start
      given.looking.add("laptop")
      yield* given.say(0)
      yield* given.has("laptop", 0)
      yield* given.say(1)
      yield* given.has("tablet", 1)
      yield* TestClock.adjust("5 seconds")
      expect(yield* given.leased).toMatchObject([{ seq: 1, count: 1 }])
      expect(yield* given.reasons).toContain("foreground")
    }),
  )

  promise("clears what was shown once it is read, on the devices that he is not looking at", (given) =>
    Effect.gen(function* () {
      yield* given.start
      yield* given.say(0)
      yield* TestClock.adjust("4 seconds")
      const [job] = yield* given.leased
      yield* given.jobs.settle(1, [{ id: job!.id, lease: job!.lease, outcome: "sent" }])
      yield* given.read(0)
      yield* TestClock.adjust("1 second")
      expect(yield* given.leased).toMatchObject([{ kind: "clear", device: "phone", collapseKey: lunch }])
    }),
  )

  promise(
    "tells the other devices of a new one, not of a new token for a known one, and of a removed one",
    (given) =>
      Effect.gen(function* () {
        yield* given.start
        const known = (knownSince: number): Device => ({
          ...{ platform: "android", registeredAt: knownSince, knownSince },
          push: { owner: "bob", box: "AAAA" },
        })
        given.known.set("phone", known(1)).set("tablet", known(5)).set("later", known(9))
        yield* given.ofBob({ _tag: "DeviceRegistered", ts: 5, device_id: "tablet", platform: "android" })
        yield* given.ofBob({ _tag: "DeviceRegistered", ts: 6, device_id: "tablet", platform: "android" })
        yield* TestClock.adjust("1 second")
        expect(yield* given.leased).toMatchObject([
          { kind: "security", device: "phone", what: "device_registered", about: "tablet" },
        ])
        expect(given.state.forgotten).toEqual(["bob", "bob"])
        given.known.delete("tablet")
        yield* given.ofBob({ _tag: "DeviceRevoked", ts: 7, device_id: "tablet" })
        yield* TestClock.adjust("1 second")
        expect((yield* given.leased).map(({ what, device }) => [what, device])).toContainEqual([
          "device_revoked",
          "phone",
        ])
      }),
  )

  promise("judges what was written at once in as many turns as it takes, and each message once", (given) =>
    Effect.gen(function* () {
      yield* given.start
      for (let seq = 0; seq < 150; seq++) yield* given.say(seq)
      yield* TestClock.adjust("4 seconds")
      expect(yield* given.leased).toMatchObject([{ kind: "message", seq: 149, count: 150 }])
    }),
  )

  promise("asks nobody about a conversation of which it remembers that it reaches nobody", (given) =>
    Effect.gen(function* () {
      yield* given.start
      given.state.reachesNobody = true
      // Whoever asked would fail, and wait.
      given.state.failing = true
      yield* given.say(0)
      yield* TestClock.adjust("4 seconds")
      given.state.reachesNobody = false
      given.state.failing = false
      yield* given.say(1)
      yield* TestClock.adjust("4 seconds")
      expect(yield* given.leased).toMatchObject([{ seq: 1, count: 1 }])
    }),
  )

  promise(
    "tells of a message whose conversation reached nobody when it was read, and somebody when it is due",
    (given) =>
      Effect.gen(function* () {
        yield* given.start
        given.state.reachesNobody = true
        yield* given.say(0)
        yield* TestClock.adjust("1 second")
        given.state.reachesNobody = false
        yield* TestClock.adjust("3 seconds")
        expect(yield* given.leased).toMatchObject([{ kind: "message", seq: 0, count: 1 }])
      }),
  )

  promise("forgets nothing while what it must know is out of reach", (given) =>
    Effect.gen(function* () {
      yield* given.start
      given.state.failing = true
      yield* given.say(0)
      yield* TestClock.adjust("20 seconds")
      expect(yield* given.leased).toEqual([])
      given.state.failing = false
      yield* TestClock.adjust("2 seconds")
      expect(yield* given.leased).toMatchObject([{ seq: 0, count: 1 }])
    }),
  )
})
