/**
 * Proves the checker on a record: each planted defect must raise its own counter and no other, and taking it out must undo it.
 *
 * Always true: the record is afterwards as it was.
 */
import { check } from "./check.ts"
import type { Defect } from "./defects/Defect.ts"
import { defects } from "./defects/defects.ts"
import type { Recording } from "./Recording.ts"
import type { SeededRandom } from "./SeededRandom.ts"
import { counters, type Counter, type Verdict } from "./Verdict.ts"

export interface Proof {
  /** How many defects were planted and found. */
  readonly planted: number
  /** A sentence for each defect that could not be planted, was not found, or raised another counter too. */
  readonly failures: ReadonlyArray<string>
}

export const prove = (recording: Recording, random: SeededRandom): Proof => {
  const failures: Array<string> = []
  let planted = 0
  const bare = check(withoutLog(recording))
  const whole = recording.log === undefined ? bare : check(recording)
  for (const defect of defects) {
    if (defect.ofLog && recording.log === undefined) continue
    const failure = proveOne(recording, defect, random, defect.ofLog ? whole : bare)
    if (failure === undefined) planted++
    else failures.push(`planted defect "${defect.name}": ${failure}`)
  }
  const again = check(recording)
  if (risen(whole, again).length > 0) failures.push("the record changed while the checker was proved")
  return { planted, failures }
}

const proveOne = (
  recording: Recording,
  defect: Defect,
  random: SeededRandom,
  clean: Verdict,
): string | undefined => {
  const log = recording.log
  if (!defect.ofLog) recording.log = undefined
  const undo = defect.plant(recording, random)
  try {
    if (undo === undefined) return "the record has no place for it"
    const verdict = check(recording)
    const rose = risen(clean, verdict)
    if (rose.join() === defect.counter) return undefined
    const evidence = rose.map((counter) => `${counter} (${verdict.evidence[counter].slice(0, 3).join("; ")})`)
    return `${defect.counter} should rise, but ${evidence.join(", ") || "nothing"} did`
  } finally {
    undo?.()
    recording.log = log
  }
}

const risen = (before: Verdict, after: Verdict): ReadonlyArray<Counter> =>
  counters.filter((counter) => after.counts[counter] !== before.counts[counter])

/** The same record as if its log had not been read: most defects are planted in what was seen of it. */
const withoutLog = (recording: Recording): Recording =>
  Object.assign(Object.create(recording) as Recording, { log: undefined })
