import { expect, it } from "vitest"
import { progressBar, timeLeft } from "../src/rebuild/progressBar.ts"

const progress = {
  projection: "history",
  state: "running",
  applied: 500,
  total: 1_000,
  rate_per_second: 1_234.5,
} as const

it("draws the share, the numbers, the rate and the time left", () => {
  expect(progressBar({ ...progress, eta_seconds: 65.2 })).toBe(
    "history ████████████░░░░░░░░░░░░ 50 %  500 of 1,000, 1,235/s, 1 min 6 s left",
  )
})

it("says nothing of the time while nothing is known, and is full for an empty log or one that ran ahead", () => {
  expect(progressBar(progress)).not.toContain("left")
  expect(progressBar({ ...progress, applied: 0, total: 0 })).toContain("100 %")
  expect(progressBar({ ...progress, applied: 1_001 })).toContain("100 %")
})

it.each([
  [0, "0 s"],
  [59.1, "1 min 0 s"],
  [3_599, "59 min 59 s"],
  [7_800, "2 h 10 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text)
})
