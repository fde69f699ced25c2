import { mostBlocks, mostDevices } from "@parley/domain/user/bounds"
import { decodeUserEvent, encodeUserEvent } from "@parley/domain/user/codec"
import type { UserCommand } from "@parley/domain/user/commands"
import { placeOf, placesOf } from "@parley/domain/user/Cursors"
import { type UserDecision, decide } from "@parley/domain/user/decide"
import type { UserEvent } from "@parley/domain/user/events"
import { evolve } from "@parley/domain/user/evolve"
import { decodeUserSnapshot, encodeUserSnapshot } from "@parley/domain/user/snapshot"
import { type UserState, initial } from "@parley/domain/user/state"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import {
  block,
  change,
  conversation,
  device,
  drop,
  eventsOf,
  fold,
  moveCursors,
  mute,
  personal,
  push,
  register,
  revoke,
} from "./given.ts"

const runs = { numRuns: 400 }
const now = fc.integer({ min: 0, max: 1_000 })
const optional = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })
const present = <A extends object>(fields: A) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<A>

const deviceName = fc.constantFrom("phone", "tablet", "__proto__")
const night = { from: "22:00", to: "07:30", time_zone: "UTC" }
const someName = fc.constantFrom("Ann", "Anna", "").map(personal)
const cursors = fc.dictionary(fc.integer({ min: 0, max: 4 }).map(conversation), fc.nat(9), { maxKeys: 4 })
const command: fc.Arbitrary<UserCommand> = fc.oneof(
  fc.record({ now, name: optional(someName) }).map((more) => register(present(more) as object)),
  fc
    .record({
      now,
      name: optional(someName),
      avatarMediaId: optional(fc.constantFrom("med_1", "med_2", null)),
      shareLastSeen: optional(fc.boolean()),
      sendReadReceipts: optional(fc.boolean()),
      quietHours: optional(fc.constantFrom(night, { ...night, time_zone: "Europe/Berlin" }, null)),
    })
    .map((more) => change(present(more) as object)),
  fc
    .record({
      now,
      platform: fc.constantFrom("android" as const, "web" as const),
      push: optional(fc.constantFrom("one", "two").map(push)),
    })
    .chain((more) => deviceName.map((id) => device(id, present(more) as object))),
  fc.tuple(deviceName, now).map(([id, at]) => revoke(id, { now: at })),
  fc
    .tuple(deviceName, fc.constantFrom("one", "two"), now)
    .map(([id, token, at]) => drop(id, token, { now: at })),
  fc
    .tuple(fc.constantFrom("ann", "bob", "cid"), fc.constantFrom("Block" as const, "Unblock" as const))
    .map(([user, tag]) => block(user, tag)),
  fc.tuple(fc.nat(3), fc.constantFrom("Mute" as const, "Unmute" as const)).map(([n, tag]) => mute(n, tag)),
  fc
    .record({
      now,
      read: cursors,
      delivered: fc.uniqueArray(fc.record({ device_id: deviceName, cursors }), {
        selector: (one) => one.device_id,
      }),
    })
    .map(moveCursors),
)

interface Step {
  readonly command: UserCommand
  readonly decision: UserDecision
  readonly before: UserState
  readonly after: UserState
}
const stepsOf = (commands: ReadonlyArray<UserCommand>): ReadonlyArray<Step> => {
  let before = initial
  return commands.map((asked) => {
    const decision = decide(before, asked)
    const after = fold(eventsOf(decision), before)
    const step = { command: asked, decision, before, after }
    before = after
    return step
  })
}
const history = fc.array(command, { maxLength: 30 }).map((commands) => {
  const steps = stepsOf(commands)
  const events: ReadonlyArray<UserEvent> = steps.flatMap(({ decision }) => eventsOf(decision))
  return { steps, events, state: fold(events) }
})

const sorted = (map: ReadonlyMap<string, unknown>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
/** Two states are the same exactly when these are equal. */
const plain = (state: UserState): unknown =>
  state._tag === "Unknown"
    ? state
    : {
        ...state,
        devices: sorted(state.devices),
        // Their order decides who is forgotten.
        revoked: [...state.revoked],
        blocks: sorted(state.blocks),
        mutes: sorted(state.mutes),
        read: sorted(placesOf(state.read)),
        delivered: sorted(placesOf(state.delivered)),
      }

it("events survive storage", () => {
  fc.assert(
    fc.property(history, ({ events }) => {
      for (const event of events)
        expect(decodeUserEvent(encodeUserEvent(event, { actor: "ann", correlation: "req" }))).toEqual(event)
    }),
    runs,
  )
})

it("snapshot plus tail equals replay, wherever the cut is", () => {
  fc.assert(
    fc.property(history, fc.nat(), ({ events, state }, n) => {
      const cut = n % (events.length + 1)
      const woken = decodeUserSnapshot(encodeUserSnapshot(fold(events.slice(0, cut))))
      expect(woken).toBeDefined()
      expect(plain(fold(events.slice(cut), woken))).toEqual(plain(state))
    }),
    runs,
  )
  for (const text of ["{}", "not json", '{"_tag":"Known","revision":1}'])
    expect(decodeUserSnapshot(text)).toBeUndefined()
})

it("deciding twice is harmless: no event, and the same refusal", () => {
  fc.assert(
    fc.property(history, ({ steps }) => {
      for (const { after, command: asked, decision } of steps) {
        const again = decide(after, asked)
        if (decision._tag === "Rejected") expect(again).toEqual(decision)
        else expect(again).toMatchObject({ _tag: "Accepted", events: [] })
      }
    }),
    runs,
  )
})

it("markers and deliveries only rise, in the facts and in what is remembered", () => {
  fc.assert(
    fc.property(history, ({ events }) => {
      const read = new Map<string, number>()
      let state = initial
      for (const event of events) {
        if (event._tag === "ReadUpTo")
          for (const [name, place] of Object.entries(event.cursors)) {
            expect(place).toBeGreaterThan(read.get(name) ?? -1)
            read.set(name, place)
          }
        state = evolve(state, event)
        if (state._tag === "Known")
          for (const [name, place] of read) expect(placeOf(state.read, name)).toBe(place)
      }
    }),
    runs,
  )
})

it("evolve never changes its argument, and no time runs backwards", () => {
  fc.assert(
    fc.property(history, ({ events }) => {
      const states = [initial]
      for (const event of events) states.push(evolve(states.at(-1)!, event))
      const seen = states.map((state) => JSON.stringify(plain(state)))
      // A second future from every state: none of them may show in the others.
      for (const state of states) for (const event of events) evolve(state, event)
      expect(states.map((state) => JSON.stringify(plain(state)))).toEqual(seen)
      const times = events.map((event) => event.ts)
      expect(times).toEqual([...times].sort((a, b) => a - b))
    }),
    runs,
  )
})

it("what is remembered is bounded", () => {
  fc.assert(
    fc.property(history, ({ state }) => {
      if (state._tag === "Unknown") return
      expect(state.devices.size).toBeLessThanOrEqual(mostDevices)
      expect(state.blocks.size).toBeLessThanOrEqual(mostBlocks)
      expect([...state.devices.keys()].filter((id) => state.revoked.has(id))).toEqual([])
    }),
    runs,
  )
})
