/** What a process gives up, and how often that rose. */
import { expect, it } from "vitest"
import { Pressure } from "../../src/limits/Pressure.ts"

it("gives up in the design's order, counts each rise, and takes back", () => {
  const pressure = new Pressure({ loopDelayMs: [10, 20, 30, 40], storeWaiting: [9, 9, 9, 9], calmMs: 100 })
  let at = 0
  const take = (loopDelayMs: number, times: number): void => {
    for (let i = 0; i < times; i++) pressure.take({ at: (at += 100), loopDelayMs, storeWaiting: 0 })
  }
  const sheds = () => (["typing", "presence", "receipts", "connections"] as const).map(pressure.sheds)
  expect(sheds()).toEqual([false, false, false, false])
  take(20, 2)
  expect(sheds()).toEqual([true, true, false, false])
  take(40, 2)
  expect([pressure.given(), pressure.rises]).toEqual([["typing", "presence", "receipts", "connections"], 2])
  take(0, 20)
  expect([pressure.level, pressure.rises]).toEqual([0, 2])
})
