/**
 * Proves the checker on a record: each planted defect must raise its own counter and no other, and taking it out must undo it.
 *
 * Always true: the record is afterwards as it was.
 */
import { check } from "./check.ts"
import type { Defect } from "./defects/Defect.ts"
import { defects } from "./defects/defects.ts"
import { partOf } from "./partOf.ts"
import type { Recording } from "./Recording.ts"
import type { SeededRandom } from "./SeededRandom.ts"
import { counters, type Counter, type Verdict } from "./Verdict.ts"

export interface Proof {
  /** How many defects were planted and found. */
  readonly planted: number
  /** A sentence for each defect that could not be planted, was not found, or raised another counter too. */
  readonly failures: ReadonlyArray<string>
}

export const prove = (recording: Recording, random: SeededRandom): Proof =>
  withUnshown(plantEach(recording, random, defects))

/**
 * The same in a tenth of a long record's conversations, drawn by chance; in all of it, where a check takes seconds, only what those few
 * could not show. What is planted concerns one conversation, and the checker knows no other way from one to another than to look.
 */
export const proveOnPart = (recording: Recording, random: SeededRandom): Proof => {
  const all = [...recording.conversations.all.keys()]
  const few = new Set(random.sample(all, Math.ceil(all.length / 10)))
  const onPart = plantEach(partOf(recording, few), random, defects)
  if (onPart.unshown.length === 0) return withUnshown(onPart)
  const onAll = plantEach(
    recording,
    random,
    onPart.unshown.map(({ defect }) => defect),
  )
  return withUnshown({
    planted: onPart.planted + onAll.planted,
    failures: [...onPart.failures, ...onAll.failures],
    unshown: onAll.unshown,
  })
}

/** What this record could not show: it has no place for it, or faults of its own in the way. */
interface Unshown {
  readonly defect: Defect
  readonly why: string
}

const withUnshown = ({
  planted,
  failures,
  unshown,
}: Proof & { readonly unshown: ReadonlyArray<Unshown> }): Proof => ({
  planted,
  failures: [...failures, ...unshown.map(({ defect, why }) => sentence(defect, why))],
})

const sentence = ({ name }: Defect, failure: string): string => `planted defect "${name}": ${failure}`

const plantEach = (
  recording: Recording,
  random: SeededRandom,
  wanted: ReadonlyArray<Defect>,
): Proof & { readonly unshown: ReadonlyArray<Unshown> } => {
  const failures: Array<string> = []
  const unshown: Array<Unshown> = []
  let planted = 0
  const bare = check(withoutLog(recording))
  const whole = recording.log === undefined ? bare : check(recording)
  for (const defect of wanted) {
    if (defect.ofLog && recording.log === undefined) continue
    const clean = defect.ofLog ? whole : bare
    const found = proveSomewhere(recording, defect, random, clean)
    if (found._tag === "Found") planted++
    else if (found._tag === "NoPlace") unshown.push({ defect, why: "the record has no place for it" })
    else if (clean.clean) failures.push(sentence(defect, found.instead))
    else unshown.push({ defect, why: found.instead })
  }
  const again = check(recording)
  if (risen(whole, again).length > 0) failures.push("the record changed while the checker was proved")
  return { planted, failures, unshown }
}

type Found =
  | { readonly _tag: "Found" }
  | { readonly _tag: "NoPlace" }
  | { readonly _tag: "Other"; readonly instead: string }

/** How many places are tried in a record that has faults already. */
const places = 16

/**
 * Where the log was not read, what nobody was shown is a fault already, and a defect planted there is none more or takes one away: then
 * another place must show it. In a record without faults the first place must.
 */
const proveSomewhere = (
  recording: Recording,
  defect: Defect,
  random: SeededRandom,
  clean: Verdict,
): Found => {
  let found = proveOne(recording, defect, random, clean)
  for (let place = 1; place < places && found._tag === "Other" && !clean.clean; place++)
    found = proveOne(recording, defect, random, clean)
  return found
}

const proveOne = (recording: Recording, defect: Defect, random: SeededRandom, clean: Verdict): Found => {
  const log = recording.log
  if (!defect.ofLog) recording.log = undefined
  const undo = defect.plant(recording, random)
  try {
    if (undo === undefined) return { _tag: "NoPlace" }
    const verdict = check(recording)
    const rose = risen(clean, verdict)
    if (rose.join() === defect.counter) return { _tag: "Found" }
    const evidence = rose.map((counter) => `${counter} (${verdict.evidence[counter].slice(0, 3).join("; ")})`)
    return {
      _tag: "Other",
      instead: `${defect.counter} should rise, but ${evidence.join(", ") || "nothing"} did`,
    }
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
