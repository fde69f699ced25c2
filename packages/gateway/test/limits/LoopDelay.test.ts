/** One sampler of the loop's lateness, and two who read it. */
import { expect, it } from "vitest"
import { LoopDelay } from "../../src/limits/LoopDelay.ts"

it("tells each reader what came since he last asked", () => {
  const delay = new LoopDelay()
  expect([delay.mean(), delay.p99()]).toEqual([0, 0])
  for (const late of [0, 10, 20]) delay.record(late)
  expect(delay.mean()).toBe(10)
  delay.record(80)
  expect(delay.mean()).toBe(80)
  expect(delay.p99()).toBeCloseTo(80, 0)
  expect([delay.mean(), delay.p99()]).toEqual([0, 0])
})
