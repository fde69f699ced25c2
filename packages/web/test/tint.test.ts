import { expect, it } from "vitest"
import { initials, tintOf } from "../src/parts/tint.ts"

it.each([
  ["Ada Lovelace", "AL"],
  ["ada", "A"],
  ["grace.hopper@navy", "GN"],
  ["مجموعة العائلة", "ما"],
  ["🏔️ Weekend", "W"],
  ["🏔️", undefined],
  ["", undefined],
])("the initials of %s are %s", (title, expected) => {
  expect(initials(title)).toBe(expected)
})

it("the colour of an id is one of eight and always the same", () => {
  for (const id of ["ada", "bob", "cnv_01kqjz", ""]) {
    expect(tintOf(id)).toBe(tintOf(id))
    expect([0, 1, 2, 3, 4, 5, 6, 7]).toContain(tintOf(id))
  }
})
