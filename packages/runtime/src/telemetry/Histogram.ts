/**
 * A histogram with fixed buckets, as Prometheus reads it: counted where things happen, added up where somebody asks.
 *
 * Always true: recording changes numbers that are there and allocates nothing. Nothing is forgotten but the maximum, which is of the
 * last one to two minutes.
 * Not for: percentiles; whoever reads the buckets computes them.
 */

const turnEveryMs = 60_000

/** The largest of the last one to two minutes. It is turned when it is read: who never reads it has the largest of all. */
export class RecentMax {
  #current = 0
  #before = 0
  #turnedAt = 0

  record(value: number): void {
    if (value > this.#current) this.#current = value
  }

  /** @param now milliseconds of any clock, always the same. */
  read(now: number): number {
    const largest = Math.max(this.#current, this.#before)
    if (now - this.#turnedAt >= turnEveryMs) {
      this.#before = this.#current
      this.#current = 0
      this.#turnedAt = now
    }
    return largest
  }
}

export class Histogram {
  /** Upper bounds, inclusive, rising; above the last is everything else. */
  readonly bounds: ReadonlyArray<number>
  readonly max = new RecentMax()
  readonly #counts: Float64Array
  #sum = 0

  constructor(bounds: ReadonlyArray<number>) {
    this.bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  record(value: number): void {
    const { bounds } = this
    let at = 0
    while (at < bounds.length && value > bounds[at]!) at++
    this.#counts[at] = this.#counts[at]! + 1
    this.#sum += value
    this.max.record(value)
  }

  get sum(): number {
    return this.#sum
  }

  /** How many were at or below each bound, and, last, all. */
  cumulated(): ReadonlyArray<number> {
    let total = 0
    return Array.from(this.#counts, (count) => (total += count))
  }
}

/** Seconds: for what somebody waits for. 0.3, 0.5, 10 and 60 are the bounds that service levels are judged by. */
export const latencyBounds: ReadonlyArray<number> = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 60,
]

/** How many at a time. */
export const sizeBounds: ReadonlyArray<number> = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024]

/** Asked for once: it costs ten times what the clock does. */
const startedAt = performance.timeOrigin

/** Milliseconds since 1970, finer than one: what two processes of one machine can compare. */
export const preciseNow = (): number => startedAt + performance.now()
