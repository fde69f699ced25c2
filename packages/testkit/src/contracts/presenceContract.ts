/** What every presence promises. `layer` gives one of its own each time it is built. */
import { type Connection, OFFLINE_WITHOUT_BEAT_MS, Presence } from "@parley/runtime/Presence"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"

const on = (device: string, session = `ses-${device}`, user = "ann"): Connection => ({
  user,
  device,
  session,
})

export const presenceContract = (name: string, layer: Layer.Layer<Presence, unknown>): void => {
  const promise = (
    title: string,
    body: (presence: Presence["Service"]) => Effect.Effect<unknown, unknown>,
  ): void => it.effect(title, () => Effect.provide(Effect.flatMap(Presence, body), layer))

  const statusOf = (presence: Presence["Service"], user = "ann") =>
    Effect.map(presence.of([user]), ([one]) => one!.status)

  describe(`presence: ${name}`, () => {
    promise("who was never seen is offline, and nobody knows since when", (presence) =>
      Effect.gen(function* () {
        expect(yield* presence.of(["ann", "ben"])).toEqual([
          { user: "ann", status: "offline" },
          { user: "ben", status: "offline" },
        ])
      }),
    )
    promise("a person is online over away over offline, by all of his devices", (presence) =>
      Effect.gen(function* () {
        presence.connect(on("phone"))
        expect(yield* statusOf(presence)).toBe("away")
        presence.connect(on("laptop"))
        presence.say(on("laptop"), "online")
        expect(yield* statusOf(presence)).toBe("online")
        expect(yield* presence.foreground("ann")).toEqual(["laptop"])
        presence.say(on("laptop"), "away")
        expect(yield* statusOf(presence)).toBe("away")
        expect(yield* presence.foreground("ann")).toEqual([])
        expect(yield* statusOf(presence, "ben")).toBe("offline")
      }),
    )
    promise("is offline 5 s after a clean close, and was last seen when it closed", (presence) =>
      Effect.gen(function* () {
        presence.connect(on("phone"))
        presence.say(on("phone"), "online")
        yield* TestClock.adjust("3 seconds")
        presence.end(on("phone"), "closed")
        yield* TestClock.adjust("4999 millis")
        expect(yield* statusOf(presence)).toBe("online")
        yield* TestClock.adjust("1 millis")
        expect(yield* presence.of(["ann"])).toEqual([{ user: "ann", status: "offline", lastSeen: 3_000 }])
      }),
    )
    promise("who is connected is told, looking or not, and not by grace", (presence) =>
      Effect.gen(function* () {
        expect(yield* presence.connected("ann")).toEqual([])
        for (const device of ["phone", "laptop"]) presence.connect(on(device))
        presence.connect(on("phone", "ses-again"))
        expect([...(yield* presence.connected("ann"))].sort()).toEqual(["laptop", "phone"])
        presence.end(on("laptop"), "closed")
        expect(yield* presence.connected("ann")).toEqual(["phone"])
      }),
    )
    promise("a connection in its grace is in nobody's foreground", (presence) =>
      Effect.gen(function* () {
        presence.connect(on("phone"))
        presence.say(on("phone"), "online")
        presence.end(on("phone"), "closed")
        expect(yield* presence.foreground("ann")).toEqual([])
      }),
    )
    promise("a reconnect within 5 s is told to nobody and keeps what the device said", (presence) =>
      Effect.gen(function* () {
        presence.connect(on("phone"))
        presence.say(on("phone"), "online")
        let changes = 0
        yield* presence.watch("ann", () => changes++)
        presence.end(on("phone"), "closed")
        yield* TestClock.adjust("4 seconds")
        presence.connect(on("phone", "again"))
        yield* TestClock.adjust("10 seconds")
        expect([changes, yield* statusOf(presence)]).toEqual([0, "online"])
      }),
    )
    promise("a connection cut without a close is waited for as long as for a pong", (presence) =>
      Effect.gen(function* () {
        presence.connect(on("phone"))
        presence.end(on("phone"), "cut")
        yield* TestClock.adjust("9999 millis")
        expect(yield* statusOf(presence)).toBe("away")
        yield* TestClock.adjust("1 millis")
        expect(yield* statusOf(presence)).toBe("offline")
      }),
    )
    promise("after a missed pong it is offline at once, last seen when it was last heard", (presence) =>
      Effect.gen(function* () {
        presence.connect(on("phone"))
        yield* TestClock.adjust("25 seconds")
        presence.beat(on("phone"))
        yield* TestClock.adjust("35 seconds")
        presence.end(on("phone"), "silent")
        expect(yield* presence.of(["ann"])).toEqual([{ user: "ann", status: "offline", lastSeen: 25_000 }])
      }),
    )
    promise("without a beat it is gone by itself, and with beats it stays", (presence) =>
      Effect.gen(function* () {
        presence.connect(on("phone"))
        presence.connect(on("phone", "other", "ben"))
        yield* TestClock.adjust(OFFLINE_WITHOUT_BEAT_MS / 2)
        presence.beat(on("phone"))
        yield* TestClock.adjust(OFFLINE_WITHOUT_BEAT_MS / 2)
        expect([yield* statusOf(presence), yield* statusOf(presence, "ben")]).toEqual(["away", "offline"])
        presence.beat(on("phone"))
        yield* TestClock.adjust(OFFLINE_WITHOUT_BEAT_MS)
        expect(yield* statusOf(presence)).toBe("offline")
      }),
    )
    promise(
      "the latest connection of a device speaks for it: what an earlier one says or its end changes nothing",
      (presence) =>
        Effect.gen(function* () {
          presence.connect(on("phone", "old"))
          presence.connect(on("phone", "new"))
          presence.say(on("phone", "new"), "online")
          presence.say(on("phone", "old"), "away")
          presence.end(on("phone", "old"), "closed")
          yield* TestClock.adjust("20 seconds")
          presence.beat(on("phone", "new"))
          expect([yield* statusOf(presence), yield* presence.foreground("ann")]).toEqual([
            "online",
            ["phone"],
          ])
        }),
    )
    promise(
      "tells its watchers of every change of the merged status, and of nothing that leaves it",
      (presence) =>
        Effect.gen(function* () {
          const told: Array<string> = []
          const end = yield* presence.watch("ann", () => told.push("ann"))
          yield* presence.watch("ben", () => told.push("ben"))
          presence.connect(on("phone"))
          presence.connect(on("laptop"))
          presence.beat(on("phone"))
          expect(told).toEqual(["ann"])
          presence.say(on("phone"), "online")
          presence.say(on("phone"), "online")
          expect(told).toEqual(["ann", "ann"])
          end()
          end()
          presence.say(on("phone"), "away")
          expect(told).toEqual(["ann", "ann"])
        }),
    )
    promise("tells its watchers, within a second, of whom the time ran out", (presence) =>
      Effect.gen(function* () {
        const told: Array<string> = []
        presence.connect(on("phone"))
        presence.connect(on("phone", "other", "ben"))
        yield* presence.watch("ann", () => told.push("ann"))
        yield* presence.watch("ben", () => told.push("ben"))
        presence.end(on("phone"), "closed")
        yield* TestClock.adjust("6 seconds")
        expect(told).toEqual(["ann"])
        yield* TestClock.adjust(OFFLINE_WITHOUT_BEAT_MS)
        expect(told).toEqual(["ann", "ben"])
      }),
    )
  })
}
