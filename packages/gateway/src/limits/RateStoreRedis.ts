/**
 * Token buckets that many gateways share. Each decides by its own view of a bucket and settles with Redis behind the answer:
 *
 *   take ──► view: enough? ──► yes or no, at once
 *                │ taken since
 *                └──── within 50 ms, all buckets in one call ──► refill by Redis's clock, less what was taken ──► the level is the view
 *
 * Always true: over any time t, G gateways together let through at most burst + rate × t, and beyond that what the other G − 1 did not
 * know of yet: at most a burst each, and what flows in between two settlings. All of it is owed: a bucket in debt lets nothing through.
 * When Redis does not answer this says `Away`, and each limiter does what `limiters.ts` says of it.
 */
import { type RedisLink, RedisScript } from "@parley/runtime/redis/RedisLink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Generations } from "./Generations.ts"
import type { LimiterName } from "./limiters.ts"
import type { Ask, RateStore, Taken } from "./RateStore.ts"

const SETTLE_MS = 50
/** After a settling that failed. */
const AWAY_MS = 1_000
/** Of each limiter. */
const MOST_VIEWS = 100_000
/** Buckets in one call. */
const AT_ONCE = 500
/** In a cluster, buckets of one call stand in one slot; so many slots share the work. */
const SLOTS = 64

const TAKEN: Taken = { _tag: "Taken" }
const AWAY: Taken = { _tag: "Away" }

/** For each key: rate a second, burst, taken. Answers the levels. A bucket that is full again is forgotten, give or take a second. */
const settle = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local levels = {}
for i, key in ipairs(KEYS) do
  local rate, burst, taken = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local level, at = string.match(redis.call('GET', key) or '', '^(%-?[%d.]+) (%d+)$')
  level = level and math.min(burst, tonumber(level) + math.max(0, now - tonumber(at)) * rate / 1000) or burst
  level = level - taken
  local full = math.ceil((burst - level) * 1000 / rate) + 1000
  redis.call('SET', key, string.format('%.4f %.0f', level, now), 'PX', string.format('%.0f', full))
  levels[i] = string.format('%.4f', level)
end
return levels
`)
const decodeLevels = Schema.decodeUnknownOption(Schema.Array(Schema.FiniteFromString))

/** What this gateway believes of a bucket. Times in milliseconds. */
class View {
  rate = 1
  burst: number
  /** Taken here, and not settled. */
  taken = 0
  name = ""
  #tokens: number
  #at: number

  constructor(burst: number, now: number) {
    this.burst = burst
    this.#tokens = burst
    this.#at = now
  }

  wait({ burst, cost, rate }: Ask, now: number): number {
    this.rate = rate
    this.burst = burst
    if (now > this.#at) this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * rate) / 1_000)
    this.#at = now
    return this.#tokens >= cost ? 0 : Math.ceil(((cost - this.#tokens) * 1_000) / rate)
  }

  take(cost: number): void {
    this.#tokens -= cost
    this.taken += cost
  }

  /** The level as settled: without what was taken here since. */
  learn(level: number, now: number): void {
    this.#tokens = level - this.taken
    this.#at = now
  }
}

const makeView = (burst: number, now: number): View => new View(burst, now)

const slotOf = (name: string): number => {
  let hash = 0
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) | 0
  return (hash >>> 0) % SLOTS
}

type Link = Pick<RedisLink["Service"], "cluster" | "connected" | "prefix" | "run">

class RateStoreRedis implements RateStore {
  readonly #views = new Map<LimiterName, Generations<View>>()
  readonly #touched = new Set<View>()
  readonly #link: Link
  #timer: NodeJS.Timeout | undefined
  /** What a caller's clock says beyond this process's own. */
  #offset = 0
  #awayUntil = Number.NEGATIVE_INFINITY

  constructor(link: Link) {
    this.#link = link
  }

  readonly take = (asks: ReadonlyArray<Ask>, now: number): Taken => {
    this.#offset = now - performance.now()
    if (!this.#link.connected() || now < this.#awayUntil) return AWAY
    const views: Array<View> = []
    let [which, retryAfterMs] = [-1, 0]
    for (let at = 0; at < asks.length; at++) {
      const view = this.#view(asks[at]!, now)
      views.push(view)
      const wait = view.wait(asks[at]!, now)
      if (wait > retryAfterMs) [which, retryAfterMs] = [at, wait]
    }
    if (which >= 0) return { _tag: "Refused", which, retryAfterMs }
    for (let at = 0; at < asks.length; at++) {
      views[at]!.take(asks[at]!.cost)
      this.#touched.add(views[at]!)
    }
    this.#timer ??= setTimeout(this.#settle, SETTLE_MS)
    return TAKEN
  }

  readonly size = (): number => {
    let size = 0
    for (const views of this.#views.values()) size += views.size
    return size
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #view({ burst, key, limiter, rate }: Ask, now: number): View {
    let views = this.#views.get(limiter)
    if (views === undefined) this.#views.set(limiter, (views = new Generations(MOST_VIEWS, makeView)))
    const view = views.of(key, rate, burst, now)
    if (view.name === "") view.name = `${limiter}:${key}`
    return view
  }

  readonly #settle = (): void => {
    this.#timer = undefined
    const slots = new Map<number, Array<View>>()
    for (const view of this.#touched) {
      const slot = this.#link.cluster ? slotOf(view.name) : 0
      const views = slots.get(slot)
      if (views === undefined) slots.set(slot, [view])
      else views.push(view)
    }
    this.#touched.clear()
    for (const [slot, views] of slots)
      for (let from = 0; from < views.length; from += AT_ONCE)
        void this.#report(slot, views.slice(from, from + AT_ONCE))
  }

  async #report(slot: number, views: ReadonlyArray<View>): Promise<void> {
    const keys = views.map(({ name }) => `${this.#link.prefix}r:{${slot}}:${name}`)
    const args = views.flatMap(({ burst, rate, taken }) => [rate, burst, taken])
    for (const view of views) view.taken = 0
    const answer = await this.#link.run(settle, keys, args).catch(() => undefined)
    const levels = Option.getOrUndefined(decodeLevels(answer))
    // Whether it was counted is unknown: it is not counted twice.
    const now = performance.now() + this.#offset
    if (levels?.length !== views.length) this.#awayUntil = now + AWAY_MS
    else for (let at = 0; at < views.length; at++) views[at]!.learn(levels[at]!, now)
  }
}

export const rateStoreRedis = (link: Link): Effect.Effect<RateStore, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new RateStoreRedis(link)),
    (store) => Effect.sync(() => store.close()),
  )
