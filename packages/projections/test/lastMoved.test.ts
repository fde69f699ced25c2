import { LastMoved } from "@parley/projections/receiptsModel/LastMoved"
import { expect, it } from "vitest"

const all = ["a", "b", "c"]

it("only conversations in which something moved since are named", () => {
  const moved = new LastMoved(10)
  moved.note("a", 12)
  moved.note("b", 15)
  expect([10, 12, 15].map((since) => moved.among(all, since))).toEqual([["a", "b"], ["b"], []])
})

it("of what moved before it knew, every conversation is named", () => {
  const moved = new LastMoved(10)
  moved.note("a", 12)
  expect(moved.among(all, 9)).toEqual(all)
})

it("when it has forgotten everything it names one too many rather than one too few", () => {
  const moved = new LastMoved(10, 2)
  for (const [conversation, position] of [
    ["a", 12],
    ["b", 14],
    ["b", 16],
    ["c", 16],
  ] as const)
    moved.note(conversation, position)
  expect([14, 15, 16].map((since) => moved.among(all, since))).toEqual([all, all, []])
})
