import { decide } from "@parley/domain/user/decide"
import { evolve } from "@parley/domain/user/evolve"
import { initial } from "@parley/domain/user/state"
import { describe, expect, it } from "vitest"
import { block, eventsOf, given, moveCursors, mute, personal, register } from "./given.ts"

const ann = { name: personal("Ann") }
const anna = { name: personal("Anna") }

describe("registering", () => {
  it("makes a person known, with a name if one is given", () => {
    expect(decide(initial, register(ann))).toEqual({
      _tag: "Accepted",
      events: [
        {
          _tag: "UserRegistered",
          ts: 1_000,
          user_id: "ann",
          name: ann.name.sealed,
          name_mac: ann.name.mac,
        },
      ],
      answer: { _tag: "Registered", created: true },
    })
    expect(eventsOf(decide(initial, register()))).toEqual([
      { _tag: "UserRegistered", ts: 1_000, user_id: "ann" },
    ])
  })

  it("again, without a name or with the same one, writes nothing", () => {
    const nothing = { _tag: "Accepted", events: [], answer: { _tag: "Registered", created: false } }
    expect(decide(given(register()), register())).toEqual(nothing)
    expect(decide(given(register(ann)), register())).toEqual(nothing)
    const sameName = { name: { ...ann.name, sealed: { owner: "ann", box: "other" } } }
    expect(decide(given(register(ann)), register(sameName))).toEqual(nothing)
  })

  it("again with another name renames, never earlier than before", () => {
    const renamed = {
      _tag: "UserRenamed",
      ts: 1_000,
      user_id: "ann",
      name: anna.name.sealed,
      name_mac: anna.name.mac,
    }
    expect(eventsOf(decide(given(register(ann)), register({ ...anna, now: 5 })))).toEqual([renamed])
    expect(eventsOf(decide(given(register()), register({ ...anna, now: 5 })))).toEqual([renamed])
  })

  it("compares with the latest name, not with the first", () => {
    const state = given(register(ann), register(anna))
    expect(eventsOf(decide(state, register(anna)))).toEqual([])
    expect(eventsOf(decide(state, register(ann)))).toHaveLength(1)
  })
})

describe("somebody never seen", () => {
  it("is registered by whatever he asks, in the same decision", () => {
    expect(eventsOf(decide(initial, block("bob"))).map(({ _tag }) => _tag)).toEqual([
      "UserRegistered",
      "UserBlocked",
    ])
    expect(eventsOf(decide(initial, moveCursors())).map(({ _tag }) => _tag)).toEqual(["UserRegistered"])
  })

  it("is not registered by what is refused", () => {
    expect(decide(initial, block("ann"))).toMatchObject({ _tag: "Rejected" })
  })
})

it("impossible facts count as revisions and change nothing else", () => {
  const muted = eventsOf(decide(given(register()), mute(1)))[0]!
  expect(evolve(initial, muted)).toEqual({ _tag: "Unknown", revision: 0 })
  const known = given(register(ann))
  const registered = eventsOf(decide(initial, register(anna)))[0]!
  expect(evolve(known, registered)).toEqual({ ...known, revision: 1 })
})
