/** Whatever a correct run looks like, the checker finds nothing in it; whatever is planted in it, it finds that. */
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { check } from "@parley/testkit/checker/check"
import { generateRecording } from "@parley/testkit/checker/generateRecording"
import { prove } from "@parley/testkit/checker/prove"
import { SeededRandom } from "@parley/testkit/checker/SeededRandom"

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const extents = fc.record({
  users: fc.integer({ min: 2, max: 12 }),
  talks: fc.integer({ min: 1, max: 8 }),
  steps: fc.integer({ min: 0, max: 3_000 }),
})

it("random correct histories have every counter at 0", () => {
  fc.assert(
    fc.property(seeds, extents, (seed, extent) => {
      const { clean, evidence } = check(generateRecording(seed, extent))
      expect(clean, JSON.stringify(evidence)).toBe(true)
    }),
    { numRuns: 300, seed: 20_261_124 },
  )
})

it("a defect planted anywhere in a random history raises its own counter and no other", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { failures } = prove(generateRecording(seed), new SeededRandom(seed + 1))
      // A small history has now and then no place for a rare defect; checker.test.ts has one with a place for each.
      expect(failures.filter((failure) => !failure.endsWith("has no place for it"))).toEqual([])
    }),
    { numRuns: 60, seed: 20_261_124 },
  )
})
