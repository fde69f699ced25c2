import { expect, it } from "vitest"
import { uuidv7Maker } from "../src/uuidv7.ts"

it("ids are well-formed and rise, within a millisecond and when the clock steps back", () => {
  let now = 1_790_000_000_000
  const make = uuidv7Maker(
    () => now,
    (length) => new Uint8Array(length).fill(0xff),
  )
  const ids = Array.from({ length: 5_000 }, () => make())
  now -= 10_000
  ids.push(make())
  now += 60_000
  ids.push(make())
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
