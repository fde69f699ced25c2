import { describe, expect, it } from "vitest"
import { GatherWindow } from "../../src/eventStore/sqlite/GatherWindow.ts"

/** Commits of one write each, a millisecond apart; whether each waited. `joined` answers for a wait. */
const trickle = (commits: number, joined: (commit: number) => boolean): Array<boolean> => {
  const window = new GatherWindow()
  window.committed(0)
  return Array.from({ length: commits }, (_, i) => {
    const waited = window.opens(i + 1, 1)
    if (waited) window.closed(joined(i))
    window.committed(i + 1)
    return waited
  })
}

describe("the gather window", () => {
  it("keeps nobody waiting who comes after a pause", () => {
    const window = new GatherWindow()
    expect(window.opens(0, 1)).toBe(false)
    window.committed(0)
    expect(window.opens(1_000, 1)).toBe(false)
  })

  it("stays open for every commit while waits are joined", () => {
    expect(trickle(50, () => true)).not.toContain(false)
  })

  it("hardly ever opens for one who writes alone, however fast", () => {
    const waits = trickle(10_000, () => false).filter(Boolean).length
    expect(waits).toBeGreaterThan(100)
    expect(waits).toBeLessThan(170)
  })

  it("is back within 64 commits when company comes again", () => {
    const waits = trickle(400, (commit) => commit > 130)
    const back = waits.indexOf(true, 131)
    expect(back).toBeGreaterThan(0)
    expect(back).toBeLessThan(131 + 65)
    expect(waits.slice(back)).not.toContain(false)
  })

  it("keeps a full commit from waiting for more", () => {
    const window = new GatherWindow()
    window.committed(0)
    expect(window.opens(1, 8)).toBe(false)
  })
})
