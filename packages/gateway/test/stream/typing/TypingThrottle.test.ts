import { TypingThrottle } from "../../../src/stream/typing/TypingThrottle.ts"
import { describe, expect, it } from "vitest"

describe("the throttle of typing", () => {
  it("lets a start through once in its interval, for each user and conversation", () => {
    const throttle = new TypingThrottle(3_000)
    const starts = [0, 1, 2_999, 3_000, 5_999, 6_000]
    expect(starts.map((at) => throttle.take("ann", "c", "start", at))).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ])
    expect(throttle.take("ben", "c", "start", 6_001)).toBe(true)
    expect(throttle.take("ann", "d", "start", 6_001)).toBe(true)
  })
  it("lets a stop through while a start is shown, once", () => {
    const throttle = new TypingThrottle(3_000)
    expect(throttle.take("ann", "c", "stop", 0)).toBe(false)
    throttle.take("ann", "c", "start", 0)
    expect([1, 2].map((at) => throttle.take("ann", "c", "stop", at))).toEqual([true, false])
    throttle.take("ann", "c", "start", 10_000)
    expect(throttle.take("ann", "c", "stop", 16_000)).toBe(false)
  })
  it("keeps a stop from making room for another start", () => {
    const throttle = new TypingThrottle(3_000)
    throttle.take("ann", "c", "start", 0)
    throttle.take("ann", "c", "stop", 1)
    expect(throttle.take("ann", "c", "start", 2)).toBe(false)
  })
  it("forgets what is shown no more, and drops what is beyond its bound", () => {
    const throttle = new TypingThrottle(3_000, 2)
    expect(["c", "d", "e"].map((one) => throttle.take("ann", one, "start", 0))).toEqual([true, true, false])
    expect(throttle.take("ann", "e", "start", 6_000)).toBe(true)
    expect(throttle.size).toBe(1)
  })
})
