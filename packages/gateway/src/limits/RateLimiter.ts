/**
 * Who may do how much (protocol, sections 5 and 7): users, conversations, addresses. Frames of a connection are counted by the
 * connection (`stream/Conduct.ts`), in a bucket that dies with it.
 *
 * Always true: a refusal takes from no bucket. When the store of the buckets is away, each limiter does what `limiters.ts` says of it.
 */
import type { Limits } from "@parley/domain/limits"
import { type LimiterName, limiters } from "./limiters.ts"
import type { Ask, RateStore } from "./RateStore.ts"
import { RateStoreMemory } from "./RateStoreMemory.ts"

const smallGroup = 500
const largeGroup = 10_000
/** What remains of a conversation's rate at `largeGroup` members. */
const largeShare = 0.1
/** When to try again what is closed while the store is away. */
const awayRetryMs = 2_000

export interface Refusal {
  readonly ok: false
  readonly retryAfterMs: number
  readonly policy: LimiterName
  /** A second, and at once. */
  readonly rate: number
  readonly burst: number
  /** Not too much: nobody can tell, as the store of the buckets is away. */
  readonly away: boolean
}
export type Verdict = { readonly ok: true } | Refusal

const PASSED: Verdict = { ok: true }

export class RateLimiter {
  readonly #limits: Limits
  readonly #store: RateStore
  /** Counts here while the store is away. */
  readonly #alone = new RateStoreMemory()
  readonly #refused = new Map<LimiterName, number>()
  #away = 0

  constructor(limits: Limits, store: RateStore = new RateStoreMemory()) {
    this.#limits = limits
    this.#store = store
  }

  /** Refusals by limiter. */
  get refused(): ReadonlyMap<LimiterName, number> {
    return this.#refused
  }

  /** Questions that the store did not answer. */
  get away(): number {
    return this.#away
  }

  buckets(): number {
    return this.#store.size() + this.#alone.size()
  }

  /** @param now milliseconds, here and below. */
  readonly takeMessage = (user: string, conversation: string, memberCount: number, now: number): Verdict => {
    const { messages_per_second, messages_burst, conversation_messages_burst } = this.#limits
    const rate = this.conversationRate(memberCount)
    return this.#take(
      [
        { limiter: "user", key: user, rate: messages_per_second, burst: messages_burst, cost: 1 },
        { limiter: "conversation", key: conversation, rate, burst: conversation_messages_burst, cost: 1 },
      ],
      now,
    )
  }

  /** Each person named costs one: what whoever makes large groups under ids of his choice costs, he cannot make often. */
  readonly takeMembers = (user: string, count: number, now: number): Verdict => {
    const { member_changes_per_second: rate, member_changes_burst: burst } = this.#limits
    // Who names more than ever fit at once is refused by the size of a group, not for ever by this.
    return this.#take([{ limiter: "members", key: user, rate, burst, cost: Math.min(count, burst) }], now)
  }

  /** A new group of so many people: takes from what he may make and from what he may name. */
  readonly takeGroup = (user: string, count: number, now: number): Verdict => {
    const { member_changes_per_second: rate, member_changes_burst: burst } = this.#limits
    const { group_creations_per_minute, group_creations_burst } = this.#limits
    return this.#take(
      [
        {
          limiter: "groups",
          key: user,
          rate: group_creations_per_minute / 60,
          burst: group_creations_burst,
          cost: 1,
        },
        { limiter: "members", key: user, rate, burst, cost: Math.min(count, burst) },
      ],
      now,
    )
  }

  /** An HTTP request of a user, whatever it asks. */
  readonly takeRequest = (user: string, now: number): Verdict =>
    this.#one("requests", user, this.#limits.requests_per_second, this.#limits.requests_burst, now)

  /** A request or an upgrade without a valid token. */
  readonly takeUnauthenticated = (address: string, now: number): Verdict => {
    const { unauthenticated_per_second, unauthenticated_burst } = this.#limits
    return this.#one("unauthenticated", address, unauthenticated_per_second, unauthenticated_burst, now)
  }

  readonly takeUpgrade = (address: string, now: number): Verdict =>
    this.#one("upgrades", address, this.#limits.upgrades_per_second, this.#limits.upgrades_burst, now)

  readonly takeLogin = (address: string, now: number): Verdict =>
    this.#one("logins", address, this.#limits.logins_per_second, this.#limits.logins_burst, now)

  /** Messages a second for a conversation of this size: full up to 500 members, falling evenly on a logarithmic scale to a tenth at 10,000. */
  readonly conversationRate = (memberCount: number): number => {
    const full = this.#limits.conversation_messages_per_second
    if (memberCount <= smallGroup) return full
    const way = Math.log(Math.min(memberCount, largeGroup) / smallGroup) / Math.log(largeGroup / smallGroup)
    return full * largeShare ** way
  }

  #one(limiter: LimiterName, key: string, rate: number, burst: number, now: number): Verdict {
    return this.#take([{ limiter, key, rate, burst, cost: 1 }], now)
  }

  #take(asks: ReadonlyArray<Ask>, now: number): Verdict {
    const taken = this.#store.take(asks, now)
    if (taken._tag === "Taken") return PASSED
    if (taken._tag === "Refused") return this.#refuse(asks[taken.which]!, taken.retryAfterMs, false)
    this.#away++
    const closed = asks.find(({ limiter }) => limiters[limiter].whenAway === "closed")
    if (closed !== undefined) return this.#refuse(closed, awayRetryMs, true)
    const alone = this.#alone.take(asks, now)
    return alone._tag === "Refused" ? this.#refuse(asks[alone.which]!, alone.retryAfterMs, false) : PASSED
  }

  #refuse({ burst, limiter, rate }: Ask, retryAfterMs: number, away: boolean): Verdict {
    this.#refused.set(limiter, (this.#refused.get(limiter) ?? 0) + 1)
    return { ok: false, retryAfterMs, policy: limiter, rate, burst, away }
  }
}
