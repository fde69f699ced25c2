import { expect, it } from "vitest"
import { noteLoopRest } from "@parley/runtime/loopRest"
import { LoopShare } from "../../src/stream/LoopShare.ts"

const spin = (ms: number): void => {
  const until = performance.now() + ms
  while (performance.now() < until);
}

it("of a loop that did nothing but work it rises to 1, sample after sample, and starts at 0", () => {
  const loop = new LoopShare()
  expect(loop.busy).toBe(0)
  const shares = Array.from({ length: 12 }, () => {
    spin(2)
    loop.sample()
    return loop.busy
  })
  expect(shares[0]).toBeCloseTo(0.3, 2)
  expect(shares.at(-1)).toBeGreaterThan(0.95)
})

it("of a loop that rested all the time it stays at 0, though Node counts that as work", () => {
  const loop = new LoopShare()
  for (let n = 0; n < 5; n++) {
    const begun = performance.now()
    spin(2)
    noteLoopRest(performance.now() - begun)
    loop.sample()
  }
  expect(loop.busy).toBeLessThan(0.3)
})
