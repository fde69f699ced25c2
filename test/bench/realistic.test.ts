import { SeededRandom } from "@parley/testkit/checker/SeededRandom"
import { describe, expect, it } from "vitest"
import { Ledger } from "../../bench/realistic/Ledger.ts"
import { planOf, powerLawSize } from "../../bench/realistic/plan.ts"

const options = { seed: 7, people: 120, seconds: 20 }

describe("the plan of a realistic load", () => {
  it("is the same for the same seed, and another one for another", () => {
    expect(planOf(options)).toEqual(planOf(options))
    expect(planOf({ ...options, seed: 8 })).not.toEqual(planOf(options))
  })

  it("has most conversations one to one, and groups of which most are small and some are large", () => {
    const sizes = planOf(options).conversations.map((members) => members.length)
    const groups = sizes.filter((size) => size > 2)
    expect(sizes.length - groups.length).toBeGreaterThan(sizes.length / 2)
    expect(groups.filter((size) => size <= 6).length).toBeGreaterThan(groups.length / 3)
    expect(Math.max(...groups)).toBeGreaterThan(12)
  })

  it("lets people speak only while they are there, and only where they are members", () => {
    const { conversations, sayings, stays } = planOf(options)
    expect(sayings.length).toBeGreaterThan(100)
    for (const { at, conversation, person } of sayings) {
      expect(conversations[conversation]).toContain(person)
      expect(stays[person]!.some(({ from, to }) => at >= from && at <= to)).toBe(true)
    }
  })

  it("has some there and some away at any time, in order and never twice at once", () => {
    const { stays } = planOf(options)
    for (const mine of stays)
      for (const [i, { from, to }] of mine.entries()) {
        expect(to).toBeGreaterThan(from)
        expect(from).toBeGreaterThanOrEqual(mine[i - 1]?.to ?? 0)
      }
    for (const at of [5_000, 10_000, 15_000]) {
      const there = stays.filter((mine) => mine.some(({ from, to }) => from <= at && at < to)).length
      expect(there).toBeGreaterThan(options.people / 5)
      expect(there).toBeLessThan(options.people)
    }
  })

  it("draws sizes whose tail falls off as a power", () => {
    const random = new SeededRandom(3)
    const sizes = Array.from({ length: 20_000 }, () => powerLawSize(random, 3, 1_000))
    const share = (size: number): number => sizes.filter((one) => one >= size).length / sizes.length
    expect(Math.min(...sizes)).toBe(3)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000)
    // Ten times the size: 10 ^ -1.1 of them.
    expect(share(30)).toBeCloseTo(0.079, 2)
  })
})

describe("the ledger of a realistic load", () => {
  const members = new Map([["cnv", ["ann", "bob"]]])

  it("counts an acknowledged message as lost to each member who was not handed it", () => {
    const ledger = new Ledger()
    ledger.ack("cnv", 5, "msg_5")
    ledger.handed("ann", "cnv", 5)
    expect(ledger.losses(members)).toEqual([{ person: "bob", conversation: "cnv", seq: 5 }])
    ledger.handed("bob", "cnv", 5)
    expect(ledger.losses(members)).toEqual([])
  })

  it("does not count what somebody was told to read in history, up to there", () => {
    const ledger = new Ledger()
    for (const seq of [5, 6]) {
      ledger.ack("cnv", seq, `msg_${seq}`)
      ledger.handed("ann", "cnv", seq)
    }
    ledger.toldOfGap("bob", "cnv", 5)
    expect(ledger.losses(members).map(({ seq }) => seq)).toEqual([6])
  })

  it("finds what history lacks, or has under another id", () => {
    const ledger = new Ledger()
    for (const seq of [1, 2, 3]) ledger.ack("cnv", seq, `msg_${seq}`)
    expect(
      ledger.absentFrom(
        "cnv",
        new Map([
          [1, "msg_1"],
          [3, "msg_other"],
        ]),
      ),
    ).toEqual([2, 3])
  })
})
