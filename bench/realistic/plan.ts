/**
 * A day of a chat service in half a minute: who talks with whom, who is there when, and who says what when.
 *
 * Always true: the same options make the same plan, to the millisecond.
 * Not for: receipts; those answer what comes in, and are the people's own (`Person.ts`).
 */
import { SeededRandom } from "@parley/testkit/checker/SeededRandom"

export interface PlanOptions {
  readonly seed: number
  readonly people: number
  readonly seconds: number
}

/** Milliseconds from the start; he is there from `from` until `to`. */
export interface Stay {
  readonly from: number
  readonly to: number
}

export interface Saying {
  readonly at: number
  readonly person: number
  /** Index into `conversations`. */
  readonly conversation: number
  /** Whether the others see him type before. */
  readonly types: boolean
}

export interface Plan {
  /** Members by number; two of them: one to one. */
  readonly conversations: ReadonlyArray<ReadonlyArray<number>>
  /** Of each person, in order. */
  readonly stays: ReadonlyArray<ReadonlyArray<Stay>>
  /** In order. */
  readonly sayings: ReadonlyArray<Saying>
}

/** Smallest group, and how fast large ones become rare: one in about 12 of three or more has 30. */
const [smallestGroup, exponent] = [3, 2.1]
const peoplePerGroup = 4
/** Time zones, and days in a run. */
const [zones, days] = [3, 2]
/** Of his day, each is there for this share, give or take. */
const awakeShare = 0.55
/** Of a person who is there. */
const sayingsPerSecond = 0.25
const directShare = 0.75
const typingShare = 0.5

/** From `smallest` to `largest`, as a power law has it: most are small, and a few are not. */
export const powerLawSize = (random: SeededRandom, smallest: number, largest: number): number =>
  Math.min(largest, Math.floor(smallest * (1 - random.next()) ** (-1 / (exponent - 1))))

const pairsOf = (random: SeededRandom, people: number): ReadonlyArray<ReadonlyArray<number>> => {
  const pairs = new Map<string, ReadonlyArray<number>>()
  for (let person = 0; person < people; person++)
    for (const friend of random.sample(
      Array.from({ length: people }, (_, i) => i).filter((one) => one !== person),
      powerLawSize(random, 1, 20),
    )) {
      const pair = person < friend ? [person, friend] : [friend, person]
      pairs.set(pair.join(), pair)
    }
  return [...pairs.values()]
}

const groupsOf = (random: SeededRandom, people: number): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: Math.ceil(people / peoplePerGroup) }, () =>
    random.sample(
      Array.from({ length: people }, (_, i) => i),
      powerLawSize(random, smallestGroup, people),
    ),
  )

/** His zone's waves, a little before or after the others of it. */
const staysOf = (random: SeededRandom, seconds: number): ReadonlyArray<Stay> => {
  const [end, day] = [seconds * 1_000, (seconds * 1_000) / days]
  const awake = day * awakeShare * (0.8 + 0.4 * random.next())
  const rises = (random.below(zones) / zones + 0.1 * random.next()) * day
  // The day before has not ended for everybody.
  return Array.from({ length: days + 1 }, (_, i) => rises + (i - 1) * day)
    .map((from) => ({ from: Math.max(0, Math.round(from)), to: Math.min(end, Math.round(from + awake)) }))
    .filter(({ from, to }) => to - from > 500)
}

const sayingsOf = (
  random: SeededRandom,
  person: number,
  stays: ReadonlyArray<Stay>,
  own: { readonly direct: ReadonlyArray<number>; readonly groups: ReadonlyArray<number> },
): ReadonlyArray<Saying> => {
  const sayings: Array<Saying> = []
  for (const { from, to } of stays)
    for (let at = from + random.gapMs(sayingsPerSecond); at < to; at += random.gapMs(sayingsPerSecond)) {
      const wanted = random.chance(directShare) ? own.direct : own.groups
      const some = wanted.length > 0 ? wanted : own.direct.length > 0 ? own.direct : own.groups
      if (some.length === 0) continue
      // Favourites: the first ones far more often than the last.
      const conversation = some[Math.floor(random.next() ** 2 * some.length)]!
      sayings.push({ at: Math.round(at), person, conversation, types: random.chance(typingShare) })
    }
  return sayings
}

export const planOf = ({ seed, people, seconds }: PlanOptions): Plan => {
  const random = new SeededRandom(seed)
  const pairs = pairsOf(random, people)
  const conversations = [...pairs, ...groupsOf(random, people)]
  const own = Array.from({ length: people }, () => ({
    direct: [] as Array<number>,
    groups: [] as Array<number>,
  }))
  conversations.forEach((members, index) => {
    for (const member of members) own[member]![index < pairs.length ? "direct" : "groups"].push(index)
  })
  const stays = own.map(() => staysOf(random, seconds))
  const sayings = own.flatMap((mine, person) => sayingsOf(random, person, stays[person]!, mine))
  return { conversations, stays, sayings: sayings.sort((a, b) => a.at - b.at || a.person - b.person) }
}
