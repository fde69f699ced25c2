/**
 * Messages per user and per conversation (protocol, section 5), in this process.
 *
 * Always true: a refusal takes from no bucket. Buckets that are full again are forgotten; a map that grows past its bound in spite of
 * that starts afresh, which errs on the side of letting messages through.
 */
import type { Limits } from "@parley/domain/limits"
import { TokenBucket } from "./TokenBucket.ts"

const maxBuckets = 200_000
const smallGroup = 500
const largeGroup = 10_000
/** What remains of a conversation's rate at `largeGroup` members. */
const largeShare = 0.1

export type Verdict =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly retryAfterMs: number
      /** Whose messages were too many. */
      readonly policy: "user" | "conversation"
      /** Messages a second, and at once. */
      readonly rate: number
      readonly burst: number
    }

export class RateLimiter {
  readonly #limits: Limits
  readonly #users = new Map<string, TokenBucket>()
  readonly #conversations = new Map<string, TokenBucket>()
  #refused = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get refused(): number {
    return this.#refused
  }

  /** @param now milliseconds. */
  readonly takeMessage = (user: string, conversation: string, memberCount: number, now: number): Verdict => {
    const { messages_per_second, messages_burst, conversation_messages_burst } = this.#limits
    const own = bucketOf(this.#users, user, messages_burst, now)
    const rate = this.conversationRate(memberCount)
    const all = bucketOf(this.#conversations, conversation, conversation_messages_burst, now)
    const ownWait = own.wait(messages_per_second, messages_burst, now)
    const allWait = all.wait(rate, conversation_messages_burst, now)
    if (ownWait > 0 || allWait > 0) {
      this.#refused += 1
      return ownWait >= allWait
        ? {
            ok: false,
            retryAfterMs: ownWait,
            policy: "user",
            rate: messages_per_second,
            burst: messages_burst,
          }
        : {
            ok: false,
            retryAfterMs: allWait,
            policy: "conversation",
            rate,
            burst: conversation_messages_burst,
          }
    }
    own.take()
    all.take()
    return { ok: true }
  }

  /** Messages a second for a conversation of this size: full up to 500 members, falling evenly on a logarithmic scale to a tenth at 10,000. */
  readonly conversationRate = (memberCount: number): number => {
    const full = this.#limits.conversation_messages_per_second
    if (memberCount <= smallGroup) return full
    const way = Math.log(Math.min(memberCount, largeGroup) / smallGroup) / Math.log(largeGroup / smallGroup)
    return full * largeShare ** way
  }
}

const bucketOf = (
  buckets: Map<string, TokenBucket>,
  key: string,
  burst: number,
  now: number,
): TokenBucket => {
  const known = buckets.get(key)
  if (known !== undefined) return known
  if (buckets.size >= maxBuckets) {
    // So many that are not full at once: the walk is paid for by the messages that emptied them.
    for (const [other, bucket] of buckets) if (bucket.isFull(burst, now)) buckets.delete(other)
    if (buckets.size >= maxBuckets) buckets.clear()
  }
  const fresh = new TokenBucket(burst, now)
  buckets.set(key, fresh)
  return fresh
}
