import { cursorGeneration } from "@parley/domain/user/bounds"
import { move, noCursors, placeOf, placesOf } from "@parley/domain/user/Cursors"
import { decide } from "@parley/domain/user/decide"
import { describe, expect, it } from "vitest"
import { conversation, given, moveCursors, register } from "./given.ts"

const [one, two] = [conversation(1), conversation(2)]

describe("moving markers and deliveries", () => {
  const state = given(register(), moveCursors({ read: { [one]: 7 } }))

  it("writes one fact for reading and one for each device, of what moved alone", () => {
    const decision = decide(
      state,
      moveCursors({
        read: { [one]: 7, [two]: 3 },
        delivered: [
          { device_id: "phone", cursors: { [one]: 9 } },
          { device_id: "tablet", cursors: { [two]: 3 } },
          { device_id: "laptop", cursors: {} },
        ],
      }),
    )
    expect(decision).toMatchObject({
      events: [
        { _tag: "ReadUpTo", ts: 1_000, cursors: { [two]: 3 } },
        { _tag: "Delivered", ts: 1_000, device_id: "phone", cursors: { [one]: 9 } },
        { _tag: "Delivered", ts: 1_000, device_id: "tablet", cursors: { [two]: 3 } },
      ],
      answer: { read: { [two]: 3 }, readBefore: { [two]: -1 } },
    })
  })

  it("to where they are, or back, writes nothing", () => {
    for (const seq of [7, 6, 0])
      expect(decide(state, moveCursors({ read: { [one]: seq } }))).toMatchObject({
        events: [],
        answer: { read: {}, delivered: [] },
      })
  })

  it("of one device says nothing of another", () => {
    const phone = { device_id: "phone", cursors: { [one]: 9 } }
    const got = given(register(), moveCursors({ delivered: [phone] }))
    const again = (device_id: string) => moveCursors({ delivered: [{ ...phone, device_id }] })
    expect(decide(got, again("phone"))).toMatchObject({ events: [] })
    expect(decide(got, again("tablet"))).toMatchObject({ events: [{ device_id: "tablet" }] })
    expect(decide(got, again("__proto__"))).toMatchObject({ events: [{ device_id: "__proto__" }] })
  })
})

describe("cursors", () => {
  const moved = (count: number, from = noCursors, first = 0) =>
    Array.from({ length: count }, (_, n) => conversation(first + n)).reduce(
      (cursors, name) => move(cursors, name, 1),
      from,
    )

  it("remember the latest generation whole, and never more than two", () => {
    const full = moved(cursorGeneration * 2)
    expect(placesOf(full).size).toBe(cursorGeneration * 2)
    const more = moved(1, full, cursorGeneration * 2)
    expect(placesOf(more).size).toBe(cursorGeneration + 1)
    expect(placeOf(more, conversation(cursorGeneration * 2))).toBe(1)
    expect(placeOf(more, conversation(cursorGeneration))).toBe(1)
    expect(placeOf(more, conversation(0))).toBe(-1)
  })

  it("that move again are remembered again", () => {
    const aged = moved(cursorGeneration, moved(1), 1)
    const again = move(aged, conversation(0), 2)
    const more = moved(cursorGeneration - 1, again, cursorGeneration + 1)
    expect(placeOf(more, conversation(0))).toBe(2)
    expect(placesOf(more).get(conversation(0))).toBe(2)
  })
})
