import { describe, expect, it } from "vitest"
import { median, summarize } from "../../bench/harness/summary.ts"

describe("the figures of a list of times", () => {
  it("are taken from the list in order of size, whatever order they came in", () => {
    const times = Array.from({ length: 1_000 }, (_, i) => (i * 7) % 1_000)
    expect(summarize(times)).toEqual({ count: 1_000, p50: 500, p99: 990, max: 999 })
    expect(times[1]).toBe(7)
  })

  it("name the one time there is, and nothing of an empty list", () => {
    expect(summarize([3])).toEqual({ count: 1, p50: 3, p99: 3, max: 3 })
    expect(summarize([])).toEqual({ count: 0, p50: NaN, p99: NaN, max: NaN })
  })

  it("have the middle of the rounds as their median", () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 6])).toBe(5.5)
    expect(median([])).toBeNaN()
  })
})
