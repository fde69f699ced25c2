import { describe, expect, it } from "vitest"
import { replaceSection, show, table } from "../../bench/table/markdown.ts"
import { resultOf, verdictOf } from "../../bench/table/Result.ts"
import type { Row } from "../../bench/table/Row.ts"
import { chosen, rows } from "../../bench/table/rows.ts"

const row = (name: string, budget: Row["budget"]): Row => ({
  name,
  what: `what ${name} is`,
  unit: "ms",
  budget,
  floor: "nothing",
  limit: "Time.",
  measure: () => Promise.resolve([]),
})
const run = { machine: "here", day: "2026-11-24", quick: false }
const rounds = [30, 10, 20].map((measured) => ({ measured, floor: measured / 10 }))

describe("the budget table", () => {
  it("shows the median of the rounds, the floor's median, and the verdict in words", () => {
    const slow = row("slow", { atMost: 15 })
    expect(table([slow], new Map([["slow", resultOf(slow, rounds, run)]]))).toContain(
      "| what slow is | 20.0 ms (10.0 ms–30.0 ms) | 2.00 ms | ≤ 15.0 ms | **over, 1.3×** |",
    )
  })

  it("says of a row without a result how to measure it", () => {
    expect(table([row("absent", { atLeast: 5 })], new Map())).toContain(
      "| what absent is | | | ≥ 5.00 ms | not measured: `node bench/all.ts --rows absent` |",
    )
  })

  it("holds a row to the loosest budget of its rounds, where that depends on the machine", () => {
    const loose = rounds.map((figure, i) => ({ ...figure, budget: { atMost: 40 + i } }))
    expect(resultOf(row("disk", { atMost: 15 }), loose, run).budget).toEqual({ atMost: 42 })
  })

  it("makes no result of a row that measured nothing", () => {
    expect(() => resultOf(row("none", { atMost: 1 }), [], run)).toThrow("nothing was measured")
  })

  it.each([
    [1, "met"],
    [1.3, "near"],
    [1.301, "over"],
  ] as const)("calls %d times the budget %s", (ratio, verdict) => {
    expect(verdictOf(ratio)).toBe(verdict)
  })

  it("writes figures with as many digits as they bear", () => {
    expect([show(12_345.6, "/s"), show(9.876, "ms"), show(98.76, "ms"), show(1.2345, "×")]).toEqual([
      "12,346/s",
      "9.88 ms",
      "98.8 ms",
      "1.23×",
    ])
  })

  it("takes rows by the beginnings of their names, and refuses one that nothing begins with", () => {
    expect(chosen(rows, ["history"]).map(({ name }) => name)).toEqual([
      "history-page-p99",
      "history-page-rate",
      "history-page-http",
    ])
    expect(chosen(rows, [])).toBe(rows)
    expect(() => chosen(rows, ["hisotry"])).toThrow("no row's name begins with hisotry")
  })

  it("names each row once", () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
  })

  it("replaces its own section of a page and nothing else", () => {
    const page = "before\n<!-- table -->\nold\n<!-- /table -->\nafter"
    expect(replaceSection(page, "table", "new")).toBe(
      "before\n<!-- table -->\n\nnew\n\n<!-- /table -->\nafter",
    )
    expect(() => replaceSection(page, "limits", "new")).toThrow("no section limits")
  })
})
