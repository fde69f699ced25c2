import { expect, it } from "vitest"
import { Histogram, RecentMax } from "../../src/telemetry/Histogram.ts"

it("a value counts at every bound that it does not pass, and beyond the last it counts in all", () => {
  const histogram = new Histogram([1, 10])
  for (const value of [0, 1, 1.5, 10, 11]) histogram.record(value)
  expect(histogram.cumulated()).toEqual([2, 4, 5])
  expect(histogram.sum).toBe(23.5)
})

it("the maximum is of the last one to two minutes, and of no other reader's last look", () => {
  const max = new RecentMax()
  max.record(5)
  expect([max.read(60_000), max.read(61_000)]).toEqual([5, 5])
  max.record(3)
  expect([max.read(120_000), max.read(121_000)]).toEqual([5, 3])
  expect([max.read(180_000), max.read(240_000)]).toEqual([3, 0])
})
