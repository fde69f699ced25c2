import { expect, it } from "vitest"
import { backOffMs } from "../../src/push/backOff.ts"

it("what does not go is tried again later each time, and never later than a quarter of an hour", () => {
  const waits = [1, 2, 3, 4, 14].map((attempts) => backOffMs(attempts, 1))
  expect(waits).toEqual([...waits].sort((a, b) => a - b))
  expect(waits[0]).toBeGreaterThanOrEqual(1_000)
  expect(waits.at(-1)).toBeLessThanOrEqual(900_000)
})

it("what does not go is never tried sooner than the service asked for, nor all at once", () => {
  const waits = Array.from({ length: 100 }, (_, job) => backOffMs(1, job, 60_000))
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(60_000)
  expect(new Set(waits).size).toBeGreaterThan(90)
})
