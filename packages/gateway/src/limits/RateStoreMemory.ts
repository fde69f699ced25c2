/** Token buckets in this process, at most `mostBuckets` of each limiter (`Generations.ts`). */
import { Generations } from "./Generations.ts"
import type { LimiterName } from "./limiters.ts"
import type { Ask, RateStore, Taken } from "./RateStore.ts"
import { TokenBucket } from "./TokenBucket.ts"

/** Of each limiter: about 20 MiB in the worst case. */
const MOST_BUCKETS = 100_000
const makeBucket = (burst: number, now: number): TokenBucket => new TokenBucket(burst, now)
const TAKEN: Taken = { _tag: "Taken" }

export class RateStoreMemory implements RateStore {
  readonly #buckets = new Map<LimiterName, Generations<TokenBucket>>()
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

  #generations(limiter: LimiterName): Generations<TokenBucket> {
    const known = this.#buckets.get(limiter)
    if (known !== undefined) return known
    const fresh = new Generations(this.#mostBuckets, makeBucket)
    this.#buckets.set(limiter, fresh)
    return fresh
  }
}
