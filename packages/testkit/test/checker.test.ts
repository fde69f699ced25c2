/** The loss checker on made-up records: nothing found in a correct one, and every planted defect found as what it is. */
import { describe, expect, it } from "vitest"
import { check } from "@parley/testkit/checker/check"
import { defects } from "@parley/testkit/checker/defects/defects"
import { generateRecording } from "@parley/testkit/checker/generateRecording"
import { prove } from "@parley/testkit/checker/prove"
import { SeededRandom } from "@parley/testkit/checker/SeededRandom"
import { counters } from "@parley/testkit/checker/Verdict"

const seed = 1

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

  it("says of a record without room for a defect that it is not proved on it", () => {
    const { planted, failures } = prove(
      generateRecording(seed, { users: 2, talks: 1, steps: 30 }),
      new SeededRandom(seed),
    )
    expect(planted).toBeLessThan(defects.length)
    expect(failures).toContain('planted defect "a removed member reads on": the record has no place for it')
  })
})
