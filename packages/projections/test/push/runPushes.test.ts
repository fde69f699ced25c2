import { Unavailable } from "@parley/runtime/errors"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { PushQueue, type Wanted } from "../../src/push/PushQueue.ts"
import { layer as queue } from "../../src/push/PushQueueMemory.ts"
import type { PushNotice } from "../../src/push/PushSender.ts"
import { runPushes } from "../../src/push/runPushes.ts"

const memory = queue({ mostJobs: 1_000, budget: { burst: 1_000, everyMs: 1 }, gatherMs: 0, restMs: 0 })

const to = (device: string): Wanted => ({
  ...{ kind: "message", user: "bob", device, conversation: "cnv_a", seq: 1, ts: 0 },
})

const noticeTo = (deviceId: string): PushNotice => ({
  ...{ kind: "message", userId: "bob", deviceId, platform: "web", badge: 1, data: {} },
  ...{ collapseKey: "cnv_a", ttlSeconds: 60, urgency: "high" },
})

/** Pushes to `devices` wait, and what sends runs; `sent` are those it sent. `deaf`: the queue takes no settlement; `mute`: nor answers. */
const scene = Effect.fnUntraced(function* (devices: ReadonlyArray<string>) {
  const kept = yield* PushQueue
  const from = yield* kept.resume("one", 0)
  const wanted = devices.map(to)
  yield* kept.enqueue({
    ...{ epoch: "one", from, to: 1, now: 0, wanted, read: [], suppressed: [] },
  })
  const state = { settling: "well" as "well" | "deaf" | "mute", asked: 0 }
  const sent: Array<string> = []
  const settle: PushQueue["Service"]["settle"] = (now, settlements) =>
    Effect.suspend(() => {
      state.asked++
      if (state.settling === "mute") return Effect.never
      return state.settling === "deaf"
        ? Effect.fail(new Unavailable({ reason: "planted" }))
        : kept.settle(now, settlements)
    })
  const start = Effect.andThen(
    Effect.forkChild(
      runPushes({
        queue: { ...kept, settle },
        notices: {
          prepare: ({ device }) =>
            Effect.succeed({
              _tag: "Ready",
              target: { provider: "fcm", token: device },
              notice: noticeTo(device),
            }),
          gone: () => Effect.void,
        },
        sender: {
          send: (_, { deviceId }) => Effect.sync(() => (sent.push(deviceId), { _tag: "Sent" })),
        },
      }),
    ),
    TestClock.adjust(1),
  )
  return { kept, sent, start, state }
})

describe("a push that was sent", () => {
  it.effect("is settled once the queue takes it, and goes once", () =>
    Effect.gen(function* () {
      const { kept, sent, start, state } = yield* scene(["phone"])
      state.settling = "deaf"
      yield* start
      yield* TestClock.adjust("100 seconds")
      expect([sent, kept.stats().leased]).toEqual([["phone"], 1])
      state.settling = "well"
      yield* TestClock.adjust("1 second")
      expect(kept.stats()).toMatchObject({ leased: 0, waiting: 0, sent: { message: 1 } })
      yield* TestClock.adjust("10 minutes")
      expect(sent).toEqual(["phone"])
    }).pipe(Effect.scoped, Effect.provide(memory)),
  )

  for (const settling of ["deaf", "mute"] as const)
    it.effect(`is insisted on for as long as its lease, and no longer, while the queue is ${settling}`, () =>
      Effect.gen(function* () {
        const { kept, sent, start, state } = yield* scene(["phone"])
        state.settling = settling
        yield* start
        yield* TestClock.adjust("119 seconds")
        const asked = state.asked
        // Somebody else may take it now; here the same process does, once for each lease.
        yield* TestClock.adjust("2 seconds")
        expect(sent).toEqual(["phone", "phone"])
        state.settling = "well"
        yield* TestClock.adjust(settling === "deaf" ? "2 seconds" : "121 seconds")
        expect(kept.stats()).toMatchObject({ leased: 0, waiting: 0, sent: { message: 1 } })
        expect(asked).toBe(settling === "deaf" ? 120 : 1)
        yield* TestClock.adjust("10 minutes")
        expect(sent).toHaveLength(settling === "deaf" ? 2 : 3)
      }).pipe(Effect.scoped, Effect.provide(memory)),
    )

  it.effect("keeps no place from others for longer than its lease", () =>
    Effect.gen(function* () {
      const devices = Array.from({ length: 40 }, (_, at) => `phone-${at}`)
      const { sent, start, state } = yield* scene(devices)
      state.settling = "mute"
      yield* start
      expect(new Set(sent).size).toBe(32)
      state.settling = "well"
      yield* TestClock.adjust("121 seconds")
      expect(new Set(sent).size).toBe(40)
    }).pipe(Effect.scoped, Effect.provide(memory)),
  )
})
