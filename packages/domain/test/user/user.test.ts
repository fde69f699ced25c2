import { decodeUserEvent, encodeUserEvent } from "@parley/domain/user/codec"
import { type Register, decide } from "@parley/domain/user/decide"
import type { UserEvent } from "@parley/domain/user/events"
import { decodeUserSnapshot, encodeUserSnapshot } from "@parley/domain/user/snapshot"
import { type UserState, evolve, initial } from "@parley/domain/user/state"
import { describe, expect, it } from "vitest"

const register = (more?: Partial<Register>): Register => ({
  _tag: "Register",
  actor: "ann",
  now: 1_000,
  ...more,
})
const ann = { name: { owner: "ann", box: "QW5u" }, nameMac: "mac-of-ann" }
const anna = { name: { owner: "ann", box: "QW5uYQ==" }, nameMac: "mac-of-anna" }

const given = (...commands: ReadonlyArray<Register>): UserState =>
  commands.reduce<UserState>((state, command) => decide(state, command).events.reduce(evolve, state), initial)

describe("registering", () => {
  it("makes a person known, with a name if one is given", () => {
    expect(decide(initial, register(ann))).toEqual({
      _tag: "Accepted",
      events: [{ _tag: "UserRegistered", ts: 1_000, user_id: "ann", name: ann.name, name_mac: "mac-of-ann" }],
      answer: { _tag: "Registered", created: true },
    })
    expect(decide(initial, register()).events).toEqual([
      { _tag: "UserRegistered", ts: 1_000, user_id: "ann" },
    ])
  })

  it("again, without a name or with the same one, writes nothing", () => {
    const nothing = { _tag: "Accepted", events: [], answer: { _tag: "Registered", created: false } }
    expect(decide(given(register()), register())).toEqual(nothing)
    expect(decide(given(register(ann)), register())).toEqual(nothing)
    expect(decide(given(register(ann)), register({ ...ann, name: { owner: "ann", box: "other" } }))).toEqual(
      nothing,
    )
  })

  it("again with another name renames, never earlier than before", () => {
    const renamed = {
      _tag: "UserRenamed",
      ts: 1_000,
      user_id: "ann",
      name: anna.name,
      name_mac: "mac-of-anna",
    }
    expect(decide(given(register(ann)), register({ ...anna, now: 5 })).events).toEqual([renamed])
    expect(decide(given(register()), register({ ...anna, now: 5 })).events).toEqual([renamed])
  })

  it("compares with the latest name, not with the first", () => {
    const state = given(register(ann), register(anna))
    expect(decide(state, register(anna)).events).toEqual([])
    expect(decide(state, register(ann)).events).toHaveLength(1)
  })
})

describe("a user's facts", () => {
  const events: ReadonlyArray<UserEvent> = [
    { _tag: "UserRegistered", ts: 1, user_id: "ann" },
    { _tag: "UserRegistered", ts: 1, user_id: "ann", name: ann.name, name_mac: ann.nameMac },
    { _tag: "UserRenamed", ts: 2, user_id: "ann", name: anna.name, name_mac: anna.nameMac },
  ]

  it.each(events)("survive storage ($_tag)", (event) => {
    expect(decodeUserEvent(encodeUserEvent(event, { actor: "ann", correlation: "req" }))).toEqual(event)
  })

  it("make the same state through a snapshot", () => {
    for (const state of [initial, given(register()), given(register(ann), register(anna))])
      expect(decodeUserSnapshot(encodeUserSnapshot(state))).toEqual(state)
    expect(decodeUserSnapshot("{}")).toBeUndefined()
    expect(decodeUserSnapshot("not json")).toBeUndefined()
  })

  it("that cannot be count as revisions and change nothing else", () => {
    expect(evolve(initial, events[2]!)).toEqual({ _tag: "Unknown", revision: 0 })
    const known = given(register(ann))
    expect(evolve(known, events[0]!)).toEqual({ ...known, revision: 1 })
  })
})
