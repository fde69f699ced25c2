/**
 * How much is given up under pressure, as a function from sample to sample.
 *
 *   level 0        1        2           3          4
 *   given up       typing   + presence  + receipts + new connections
 *
 *   up     at once, to what two samples in a row demand: one long pause sheds nothing
 *   down   one level, each time that for `calmMs` no sample demanded as much with half the thresholds
 *
 * Always true: what is given up is a beginning of `shedOrder`. Between half a threshold and the whole the level stays as it is, so that
 * pressure that swings about a threshold does not switch anything on and off. Not for: measuring (`Pressure.ts`).
 */
import { shedOrder, type Sheddable } from "./shedOrder.ts"

export interface Sample {
  /** Milliseconds, from whatever clock. */
  readonly at: number
  /** How late the event loop was, on the average since the sample before, in milliseconds. */
  readonly loopDelayMs: number
  /** Writes that the store has not answered. */
  readonly storeWaiting: number
}

/** For each of `shedOrder`, from where on it is given up; rising. */
export interface Thresholds {
  readonly loopDelayMs: ReadonlyArray<number>
  readonly storeWaiting: ReadonlyArray<number>
  readonly calmMs: number
}

export const defaultThresholds: Thresholds = {
  loopDelayMs: [50, 100, 200, 400],
  storeWaiting: [2_000, 4_000, 8_000, 16_000],
  calmMs: 5_000,
}

export interface Shedding {
  /** 0 to `shedOrder.length`. */
  readonly level: number
  /** What the sample before demanded. */
  readonly demanded: number
  /** Since when no sample has demanded the level, with half the thresholds; `undefined`: the last one did. */
  readonly calmSince: number | undefined
}

export const calm: Shedding = { level: 0, demanded: 0, calmSince: undefined }

/** The level that a sample demands, with a part of the thresholds. */
export const demandOf = (sample: Sample, thresholds: Thresholds, part = 1): number => {
  const over = (value: number, limits: ReadonlyArray<number>): number =>
    limits.filter((limit) => value >= limit * part).length
  return Math.max(
    over(sample.loopDelayMs, thresholds.loopDelayMs),
    over(sample.storeWaiting, thresholds.storeWaiting),
  )
}

export const step = (before: Shedding, sample: Sample, thresholds = defaultThresholds): Shedding => {
  const demanded = demandOf(sample, thresholds)
  const risen = Math.min(demanded, before.demanded)
  if (risen > before.level) return { level: risen, demanded, calmSince: undefined }
  if (before.level === 0 || demandOf(sample, thresholds, 0.5) >= before.level)
    return { level: before.level, demanded, calmSince: undefined }
  const calmSince = before.calmSince ?? sample.at
  return sample.at - calmSince >= thresholds.calmMs
    ? { level: before.level - 1, demanded, calmSince: undefined }
    : { level: before.level, demanded, calmSince }
}

export const given = ({ level }: Shedding): ReadonlyArray<Sheddable> => shedOrder.slice(0, level)
