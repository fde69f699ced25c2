import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Pace } from "../../src/eventStore/sqlite/Pace.ts"

/** Lists of writes, each with what came since the last one; what the loop was told to rest after each. */
const rests = (pace: Pace, lists: ReadonlyArray<{ after: number; writes: number; worked?: number }>) => {
  let now = 0
  return lists.map(({ after, writes, worked = 0 }) => pace.rest((now += after), writes, worked))
}

const repeat = <A>(count: number, list: A): Array<A> => Array.from({ length: count }, () => list)

describe("the pace of the main loop", () => {
  it("keeps nobody waiting who comes after a pause", () => {
    expect(rests(new Pace(), repeat(10, { after: 7, writes: 1 }))).toEqual(repeat(10, 0))
  })

  it("rests 3 ms after each list of a thousand writes a second, from the second one on", () => {
    const lists = [{ after: 1, writes: 1 }, { after: 1, writes: 1 }, ...repeat(20, { after: 3, writes: 3 })]
    expect(rests(new Pace(), lists)).toEqual([0, ...repeat(21, 3)])
  })

  it("rests until four have come where more come, and not at all where they come in company by themselves", () => {
    expect(rests(new Pace(), repeat(5, { after: 2, writes: 4 }))).toEqual([0, 2, 2, 2, 2])
    expect(rests(new Pace(), repeat(5, { after: 3, writes: 30 }))).toEqual(repeat(5, 0))
  })

  it("rests for one who writes alone, however fast, after one list in 65", () => {
    const rested = rests(new Pace(), repeat(10_000, { after: 1, writes: 1 })).filter(Boolean).length
    expect(rested).toBeGreaterThan(100)
    expect(rested).toBeLessThan(170)
  })

  it("rests again within 65 lists when company comes back", () => {
    const alone = repeat(200, { after: 1, writes: 1 })
    const found = rests(new Pace(), [...alone, ...repeat(100, { after: 3, writes: 3 })])
    const back = found.findIndex((rest, at) => at >= 200 && rest > 0)
    expect(back).toBeLessThan(200 + 65)
    expect(found.slice(back)).not.toContain(0)
  })

  it("hardly rests where its turns have other work to do", () => {
    const rested = rests(new Pace(), repeat(1_000, { after: 3, writes: 3, worked: 2 })).filter(Boolean)
    expect(rested.length).toBeLessThan(25)
  })

  it("says nothing of the next turn when a rest has brought nobody", () => {
    const pace = new Pace()
    expect(rests(pace, [...repeat(2, { after: 1, writes: 1 }), { after: 3, writes: 0 }])).toEqual([0, 3, 0])
  })

  it("never rests longer than 3 ms, nor for less than 1", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            after: fc.double({ min: 0, max: 20, noNaN: true }),
            writes: fc.nat(100),
            worked: fc.double({ min: 0, max: 20, noNaN: true }),
          }),
        ),
        (lists) => {
          for (const rest of rests(new Pace(), lists))
            if (rest !== 0) expect(rest >= 1 && rest <= 3).toBe(true)
        },
      ),
    )
  })
})
