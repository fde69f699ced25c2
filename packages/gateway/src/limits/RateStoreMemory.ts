/**
 * Token buckets in this process.
 *
 *   asked for ──► young ──(a generation passed)──► old ──(another, not asked for)──► forgotten
 *
 * Always true: a bucket is forgotten when it is full again, which changes nothing, or when there are more than `mostBuckets` of its
 * limiter, which errs on the side of letting people through. Both cost nothing but a look at a clock: no walk, no timer.
 */
import type { LimiterName } from "./limiters.ts"
import type { Ask, RateStore, Taken } from "./RateStore.ts"
import { TokenBucket } from "./TokenBucket.ts"

/** Of each limiter: about 20 MiB in the worst case. */
const MOST_BUCKETS = 100_000
const TAKEN: Taken = { _tag: "Taken" }

class Generations {
  #young = new Map<string, TokenBucket>()
  #old = new Map<string, TokenBucket>()
  #born = Number.NEGATIVE_INFINITY
  /** How long the slowest of these buckets takes to fill. */
  #fullAfterMs = 0
  readonly #mostYoung: number

  constructor(mostBuckets: number) {
    this.#mostYoung = Math.max(1, Math.floor(mostBuckets / 2))
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  of(key: string, rate: number, burst: number, now: number): TokenBucket {
    this.#fullAfterMs = Math.max(this.#fullAfterMs, (burst * 1_000) / rate)
    // A clock that was set back: count from there.
    if (now < this.#born) this.#born = now
    if (now - this.#born > this.#fullAfterMs) this.#turn(now)
    const young = this.#young.get(key)
    if (young !== undefined) return young
    if (this.#young.size >= this.#mostYoung) this.#turn(now)
    const bucket = this.#old.get(key) ?? new TokenBucket(burst, now)
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

export class RateStoreMemory implements RateStore {
  readonly #buckets = new Map<LimiterName, Generations>()
  readonly #mostBuckets: number

  /** @param mostBuckets of each limiter. */
  constructor(mostBuckets = MOST_BUCKETS) {
    this.#mostBuckets = mostBuckets
  }

  readonly take = (asks: ReadonlyArray<Ask>, now: number): Taken => {
    const buckets: Array<TokenBucket> = []
    let [which, retryAfterMs] = [-1, 0]
    for (let at = 0; at < asks.length; at++) {
      const { burst, cost, key, limiter, rate } = asks[at]!
      const bucket = this.#generations(limiter).of(key, rate, burst, now)
      buckets.push(bucket)
      const wait = bucket.wait(rate, burst, now, cost)
      if (wait > retryAfterMs) [which, retryAfterMs] = [at, wait]
    }
    if (which >= 0) return { _tag: "Refused", which, retryAfterMs }
    for (let at = 0; at < asks.length; at++) buckets[at]!.take(asks[at]!.cost)
    return TAKEN
  }

  readonly size = (): number => {
    let size = 0
    for (const generations of this.#buckets.values()) size += generations.size
    return size
  }

  #generations(limiter: LimiterName): Generations {
    const known = this.#buckets.get(limiter)
    if (known !== undefined) return known
    const fresh = new Generations(this.#mostBuckets)
    this.#buckets.set(limiter, fresh)
    return fresh
  }
}
