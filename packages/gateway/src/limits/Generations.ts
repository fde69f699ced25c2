/**
 * Buckets of one limiter, by key, of which old ones are forgotten.
 *
 *   asked for ──► young ──(a generation passed)──► old ──(another, not asked for)──► forgotten
 *
 * Always true: a bucket is forgotten when it is full again, which changes nothing, or when there are more than `mostBuckets`, which
 * errs on the side of letting people through. Both cost nothing but a look at a clock: no walk, no timer.
 */

export class Generations<Bucket> {
  #young = new Map<string, Bucket>()
  #old = new Map<string, Bucket>()
  #born = Number.NEGATIVE_INFINITY
  /** How long the slowest of these buckets takes to fill. */
  #fullAfterMs = 0
  readonly #mostYoung: number
  readonly #make: (burst: number, now: number) => Bucket

  constructor(mostBuckets: number, make: (burst: number, now: number) => Bucket) {
    this.#make = make
    this.#mostYoung = Math.max(1, Math.floor(mostBuckets / 2))
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  of(key: string, rate: number, burst: number, now: number): Bucket {
    this.#fullAfterMs = Math.max(this.#fullAfterMs, (burst * 1_000) / rate)
    // A clock that was set back: count from there.
    if (now < this.#born) this.#born = now
    if (now - this.#born > this.#fullAfterMs) this.#turn(now)
    const young = this.#young.get(key)
    if (young !== undefined) return young
    if (this.#young.size >= this.#mostYoung) this.#turn(now)
    const bucket = this.#old.get(key) ?? this.#make(burst, now)
    this.#old.delete(key)
    this.#young.set(key, bucket)
    return bucket
  }

  #turn(now: number): void {
    this.#old = this.#young
    this.#young = new Map()
    this.#born = now
  }
}
