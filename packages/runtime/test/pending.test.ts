/** Who asks a thread is answered once: by it, by the time limit, or by its end. */
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { Pending } from "../src/Pending.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it("settles with the answer, once", () => {
  const pending = new Pending<string>(1_000)
  const settled: Array<string | undefined> = []
  const id = pending.add((reply) => settled.push(reply))
  pending.settle(id, "yes")
  pending.settle(id, "no")
  vi.advanceTimersByTime(5_000)
  pending.end()
  expect(settled).toEqual(["yes"])
})

it("settles with nothing a quarter of a second after the time limit at the latest, each by its own", () => {
  const pending = new Pending<string>(1_000)
  const settled: Array<string> = []
  pending.add(() => settled.push("usual"))
  pending.add(() => settled.push("own"), 3_000)
  vi.advanceTimersByTime(999)
  expect(settled).toEqual([])
  vi.advanceTimersByTime(251)
  expect(settled).toEqual(["usual"])
  vi.advanceTimersByTime(2_000)
  expect([settled, pending.size]).toEqual([["usual", "own"], 0])
})

it("wakes nobody while nothing waits, and keeps the time again afterwards", () => {
  const pending = new Pending<string>(1_000)
  expect(vi.getTimerCount()).toBe(0)
  pending.settle(
    pending.add(() => undefined),
    "yes",
  )
  vi.advanceTimersByTime(250)
  expect(vi.getTimerCount()).toBe(0)
  const settled: Array<string | undefined> = []
  pending.add((reply) => settled.push(reply))
  vi.advanceTimersByTime(1_250)
  expect(settled).toEqual([undefined])
})

it("settles all that wait when the thread has ended", () => {
  const pending = new Pending<string>(1_000)
  const settled: Array<string | undefined> = []
  for (let n = 0; n < 3; n++) pending.add((reply) => settled.push(reply))
  pending.end()
  expect([settled, vi.getTimerCount()]).toEqual([[undefined, undefined, undefined], 0])
})
