/**
 * Where token buckets live. In this process (`RateStoreMemory.ts`); with many gateways, in a Redis that they share
 * (`RateStoreRedis.ts`).
 *
 * Always true: an answer comes at once. Messages are decided in the order in which they arrive, so nobody can wait for a network here:
 * a store that is reached over one decides by what it last heard, reports what was taken behind the answer, and says `Away` when it is
 * not heard.
 */
import type { LimiterName } from "./limiters.ts"

/** `cost` tokens (at most `burst`) of a bucket that holds `burst` and gains `rate` a second. */
export interface Ask {
  readonly limiter: LimiterName
  readonly key: string
  readonly rate: number
  readonly burst: number
  readonly cost: number
}

/** `Refused`: `which` ask has the longest wait, and how long. */
export type Taken =
  | { readonly _tag: "Taken" }
  | { readonly _tag: "Refused"; readonly which: number; readonly retryAfterMs: number }
  | { readonly _tag: "Away" }

export interface RateStore {
  /** From all of the buckets or from none. `now` in milliseconds. */
  readonly take: (asks: ReadonlyArray<Ask>, now: number) => Taken
  /** Buckets held here. */
  readonly size: () => number
}
