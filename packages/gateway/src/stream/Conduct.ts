/**
 * How the client of one connection behaves: malformed frames, frames over its rate, and whether it goes on regardless.
 *
 * Always true: a client that sends nothing costs the references alone; a bucket dies with its connection, so there is nothing to bound.
 */
import type { Limits } from "@parley/domain/limits"
import { TokenBucket } from "../limits/TokenBucket.ts"

interface Tolerated {
  readonly most: number
  readonly withinMs: number
}

/** Beyond: 4501. */
const MALFORMED: Tolerated = { most: 3, withinMs: 10_000 }
/** Refused for their rate, whichever: who goes on regardless is far above any limit. Beyond: 4013. */
const OVER_RATE: Tolerated = { most: 500, withinMs: 10_000 }

export class Conduct {
  #malformedAt: Array<number> | undefined
  #overRateAt: Array<number> | undefined
  #frames: TokenBucket | undefined

  /** Another malformed frame. True: once too often. */
  malformed(now: number): boolean {
    return exceeded((this.#malformedAt ??= []), MALFORMED, now)
  }

  /** Another frame refused for its rate. True: once too often. */
  overRate(now: number): boolean {
    return exceeded((this.#overRateAt ??= []), OVER_RATE, now)
  }

  /** Takes a frame from the connection's budget: 0, or after how many milliseconds there is room for one. */
  takeFrame({ frames_burst, frames_per_second }: Limits, now: number): number {
    this.#frames ??= new TokenBucket(frames_burst, now)
    const wait = this.#frames.wait(frames_per_second, frames_burst, now)
    if (wait === 0) this.#frames.take()
    return wait
  }
}

/** Keeps the times of the last `most` + 1. */
const exceeded = (at: Array<number>, { most, withinMs }: Tolerated, now: number): boolean => {
  at.push(now)
  if (at.length > most + 1) at.shift()
  return at.length > most && now - at[0]! < withinMs
}
