/** The loss checker on made-up records: nothing found in a correct one, and every planted defect found as what it is. */
import { describe, expect, it } from "vitest"
import { check } from "@parley/testkit/checker/check"
import { find } from "@parley/testkit/checker/defects/Defect"
import { VOID } from "@parley/testkit/checker/Receipts"
import { defects } from "@parley/testkit/checker/defects/defects"
import { generateRecording } from "@parley/testkit/checker/generateRecording"
import { partOf } from "@parley/testkit/checker/partOf"
import { prove, proveOnPart } from "@parley/testkit/checker/prove"
import { SeededRandom } from "@parley/testkit/checker/SeededRandom"
import { counters } from "@parley/testkit/checker/Verdict"

const seed = 1

describe("looking for a place for a defect", () => {
  it("comes past every number once", () => {
    for (const length of [0, 1, 2, 7, 100, 4_181]) {
      const seen: Array<number> = []
      find(length, new SeededRandom(seed), (number) => seen.push(number) < 0)
      expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, number) => number))
    }
  })

  it("finds one in a long record of which nine tenths have none", () => {
    for (let tenth = 0; tenth < 10; tenth++)
      expect(
        find(1_000_000, new SeededRandom(tenth), (number) => Math.floor(number / 100_000) === tenth),
      ).toBeDefined()
  })
})

describe("the loss checker", () => {
  it("finds nothing in the record of a correct run", () => {
    const { counts, evidence } = check(generateRecording(seed))
    expect(counts, JSON.stringify(evidence)).toEqual(Object.fromEntries(counters.map((name) => [name, 0])))
  })

  it("has a defect to plant for every counter", () => {
    const planted = new Set(defects.map(({ counter }) => counter))
    expect(counters.filter((counter) => !planted.has(counter))).toEqual([])
  })

  it.each(defects)("counts as $counter alone: $name", (defect) => {
    const recording = generateRecording(seed)
    if (!defect.ofLog) recording.log = undefined
    const undo = defect.plant(recording, new SeededRandom(seed))
    const { counts, evidence } = check(recording)
    const risen = counters.filter((counter) => counts[counter] > 0)
    expect(risen, JSON.stringify(evidence)).toEqual([defect.counter])
    expect(evidence[defect.counter][0]).not.toBe("")
    undo!()
    expect(check(recording).clean).toBe(true)
  })

  it("proves itself on a record, and leaves the record as it was", () => {
    const recording = generateRecording(seed)
    expect(prove(recording, new SeededRandom(seed))).toEqual({ planted: defects.length, failures: [] })
    expect(check(recording)).toEqual(check(generateRecording(seed)))
  })

  it("proves itself on a part of a record, with what has no place there on all of it, and leaves the record as it was", () => {
    const recording = generateRecording(seed)
    const few = [...recording.conversations.all.keys()].slice(0, 1)
    expect(prove(partOf(recording, new Set(few)), new SeededRandom(seed)).planted).toBeLessThan(
      defects.length,
    )
    for (let start = 0; start < 5; start++)
      expect(proveOnPart(recording, new SeededRandom(start))).toEqual({
        planted: defects.length,
        failures: [],
      })
    expect(check(recording)).toEqual(check(generateRecording(seed)))
  })

  it("proves itself on a record that has a fault already, also where a defect would be planted at that very place", () => {
    const recording = generateRecording(seed)
    for (const history of recording.history)
      for (const [place, item] of history.entries())
        if (place % 2 === 0 && item.reactions !== undefined)
          history[place] = { ...item, reactions: `${item.reactions}0` }
    expect(check(recording).counts.wrongState).toBeGreaterThan(0)
    for (let start = 0; start < 5; start++)
      expect(prove(recording, new SeededRandom(start)).failures).toEqual([])
  })

  it("proves itself where nobody was shown some of what was done, and only the log would tell", () => {
    const whole = generateRecording(seed)
    const unseen = whole.acts.filter(({ outcome }, number) => outcome === "acked" && number % 3 === 0)
    const { receipts } = whole
    for (const { conversation, seq } of unseen)
      for (let row = 0; row < receipts.length; row++)
        if (receipts.conversation[row] === conversation && receipts.seq[row] === seq)
          receipts.content[row] = VOID
    // What it holds of contents is what its receipts show.
    const recording = partOf(whole, new Set(whole.conversations.all.keys()))
    expect(check(Object.assign(Object.create(recording), { log: undefined })).counts.actLost).toBeGreaterThan(
      0,
    )
    for (let start = 0; start < 5; start++)
      expect(prove(recording, new SeededRandom(start)).failures).toEqual([])
  })

  it("judges a part of a record as a run of those conversations alone", () => {
    const recording = generateRecording(seed)
    const talks = [...recording.conversations.all.keys()]
    for (const talk of talks) {
      expect(check(partOf(recording, new Set([talk]))).clean).toBe(true)
      const kept = recording.history[talk]!
      recording.history[talk] = []
      const others = new Set(talks.filter((other) => other !== talk))
      const [one, rest] = [partOf(recording, new Set([talk])), partOf(recording, others)]
      expect([check(rest).clean, check(one).counts.lost]).toEqual([true, check(recording).counts.lost])
      recording.history[talk] = kept
    }
  })

  it("says of a record without room for a defect that it is not proved on it", () => {
    const { planted, failures } = prove(
      generateRecording(seed, { users: 2, talks: 1, steps: 30 }),
      new SeededRandom(seed),
    )
    expect(planted).toBeLessThan(defects.length)
    expect(failures).toContain('planted defect "a removed member reads on": the record has no place for it')
  })
})
