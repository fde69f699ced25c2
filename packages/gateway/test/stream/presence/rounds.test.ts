import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { on, watching } from "./watching.ts"
import { TestWatcher } from "./TestWatcher.ts"

describe("rounds of presence", () => {
  it.effect("tell of who changes often within one once, and how it stands then", () =>
    Effect.gen(function* () {
      const { state, table, watch } = yield* watching()
      const ann = new TestWatcher("ann")
      yield* watch(ann, "ben")
      const reads = state.reads
      table.connect(on("ben"))
      for (let i = 0; i < 50; i++) table.say(on("ben"), i % 2 === 0 ? "online" : "away")
      expect(ann.frames).toEqual([])
      yield* TestClock.adjust("200 millis")
      expect(ann.frames).toEqual(["ben away"])
      expect(state.reads).toBe(reads + 1)
    }),
  )
  it.effect("tell nothing of who is again as he was told to be", () =>
    Effect.gen(function* () {
      const { counters, rounds, table, watch } = yield* watching()
      const ann = new TestWatcher("ann")
      table.connect(on("ben"))
      yield* watch(ann, "ben")
      table.say(on("ben"), "online")
      table.say(on("ben"), "away")
      expect(rounds.pending).toBe(1)
      yield* TestClock.adjust("1 second")
      expect([ann.frames, rounds.pending, counters.presenceTold]).toEqual([[], 0, 0])
    }),
  )
  it.effect("owe who has no room, and tell him how it stands when he has", () =>
    Effect.gen(function* () {
      const { rounds, table, watch } = yield* watching()
      const [ann, cleo] = [new TestWatcher("ann"), new TestWatcher("cleo")]
      for (const watcher of [ann, cleo]) yield* watch(watcher, "ben")
      ann.room = false
      table.connect(on("ben"))
      yield* TestClock.adjust("1 second")
      table.say(on("ben"), "online")
      yield* TestClock.adjust("1 second")
      expect([ann.frames, cleo.frames, rounds.owed]).toEqual([[], ["ben away", "ben online"], 1])
      ann.room = true
      yield* TestClock.adjust("2 seconds")
      expect([ann.frames, cleo.frames.length, rounds.owed]).toEqual([["ben online"], 2, 0])
    }),
  )
  it.effect(
    "are measured from the change, however often it had to wait, and from the end of a connection",
    () =>
      Effect.gen(function* () {
        const { counters, list, state, table, watch } = yield* watching()
        const { change, closed } = counters.meters.presence
        yield* watch(new TestWatcher("ann"), "ben")
        table.connect(on("ben"))
        state.failing = true
        yield* TestClock.adjust("1500 millis")
        state.failing = false
        state.whileReading = () => void table.say(on("ben"), "online")
        yield* TestClock.adjust("1 second")
        state.whileReading = () => undefined
        yield* TestClock.adjust("5 seconds")
        expect(change.cumulated().at(-1)).toBe(2)
        expect(change.sum).toBeGreaterThan(1.5)
        expect(change.sum).toBeLessThan(4)

        list.get("ben")!.ended = { at: 7_500, how: "closed" }
        table.end(on("ben"), "closed")
        yield* TestClock.adjust("10 seconds")
        expect(closed.cumulated().at(-1)).toBe(1)
        expect(closed.sum).toBeGreaterThan(5)
        expect(closed.sum).toBeLessThan(6)
      }),
  )
  it.effect("are not made while presence is shed, and nothing is forgotten", () =>
    Effect.gen(function* () {
      const { rounds, shed, state, table, watch } = yield* watching()
      const ann = new TestWatcher("ann")
      yield* watch(ann, "ben")
      const { reads } = state
      shed.add("presence")
      table.connect(on("ben"))
      yield* TestClock.adjust("30 seconds")
      expect([ann.frames, rounds.pending, state.reads]).toEqual([[], 1, reads])
      shed.clear()
      yield* TestClock.adjust("1 second")
      expect(ann.frames).toEqual(["ben away"])
    }),
  )
  it.effect("are made again when nobody could tell how it stands", () =>
    Effect.gen(function* () {
      const { state, table, watch } = yield* watching()
      const ann = new TestWatcher("ann")
      yield* watch(ann, "ben")
      state.failing = true
      table.connect(on("ben"))
      yield* TestClock.adjust("10 seconds")
      state.failing = false
      yield* TestClock.adjust("2 seconds")
      expect(ann.frames).toEqual(["ben away"])
    }),
  )
  it.effect("tell what changes while a watch is answered, after the answer", () =>
    Effect.gen(function* () {
      const { state, table, watch } = yield* watching()
      const ann = new TestWatcher("ann")
      table.connect(on("ben"))
      state.whileReading = () => table.say(on("ben"), "online")
      yield* watch(ann, "ben")
      expect(ann.last.get("ben")!.status).toBe("away")
      yield* TestClock.adjust("200 millis")
      expect(ann.frames).toEqual(["ben online"])
    }),
  )
  it.effect("tell a newcomer what the others were told, and then all of them the same", () =>
    Effect.gen(function* () {
      const { table, watch } = yield* watching()
      const [ann, cleo] = [new TestWatcher("ann"), new TestWatcher("cleo")]
      table.connect(on("ben"))
      yield* watch(ann, "ben")
      table.say(on("ben"), "online")
      yield* watch(cleo, "ben")
      table.say(on("ben"), "away")
      yield* TestClock.adjust("1 second")
      expect([ann, cleo].map(({ last }) => last.get("ben")!.status)).toEqual(["away", "away"])
      expect(cleo.frames).toEqual([])
    }),
  )
  it.effect("end with the connection: nothing is told to it, nobody is watched for it", () =>
    Effect.gen(function* () {
      const { gone, list, rounds, table, watch } = yield* watching()
      const ann = new TestWatcher("ann")
      yield* watch(ann, "ben", "cleo")
      ann.room = false
      table.connect(on("ben"))
      yield* TestClock.adjust("1 second")
      gone(ann)
      ann.room = true
      table.say(on("ben"), "online")
      yield* TestClock.adjust("5 seconds")
      expect([ann.frames, list.watches, list.get("ben"), rounds.owed]).toEqual([[], 0, undefined, 0])
    }),
  )
})

describe("a watch that is allowed no more", () => {
  it.effect("ends within seconds for every connection of the watcher, told unknown", () =>
    Effect.gen(function* () {
      const { denied, rechecks, table, watch } = yield* watching()
      const [phone, laptop] = [new TestWatcher("ann"), new TestWatcher("ann")]
      for (const watcher of [phone, laptop]) yield* watch(watcher, "ben", "cleo")
      denied.add("ann ben")
      rechecks.suspect("ben")
      yield* TestClock.adjust("1 second")
      table.connect(on("ben"))
      table.connect(on("cleo"))
      yield* TestClock.adjust("1 second")
      for (const { frames } of [phone, laptop]) expect(frames).toEqual(["ben unknown", "cleo away"])
    }),
  )
  it.effect("ends when it can be told that it is not allowed, however long nobody can", () =>
    Effect.gen(function* () {
      const { denied, rechecks, state, watch } = yield* watching()
      const ann = new TestWatcher("ann")
      yield* watch(ann, "ben")
      denied.add("ann ben")
      state.failing = true
      rechecks.suspect("ben")
      yield* TestClock.adjust("10 seconds")
      expect(ann.frames).toEqual([])
      state.failing = false
      yield* TestClock.adjust("1 second")
      expect(ann.frames).toEqual(["ben unknown"])
    }),
  )
})
