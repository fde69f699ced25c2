/** What each limiter does while the store of the buckets is away. */
import { readFileSync } from "node:fs"
import { defaultLimits } from "@parley/domain/limits"
import { expect, it } from "vitest"
import { type LimiterName, limiters } from "../../src/limits/limiters.ts"
import { RateLimiter, type Verdict } from "../../src/limits/RateLimiter.ts"
import type { RateStore } from "../../src/limits/RateStore.ts"
import { RateStoreMemory } from "../../src/limits/RateStoreMemory.ts"

const away: RateStore = { take: () => ({ _tag: "Away" }), size: () => 0 }
const limits = {
  ...defaultLimits,
  messages_burst: 2,
  requests_burst: 2,
  unauthenticated_burst: 2,
  upgrades_burst: 2,
}

const open: Readonly<Record<string, (limiter: RateLimiter) => Verdict>> = {
  user: (limiter) => limiter.takeMessage("ann", "one", 2, 0),
  requests: (limiter) => limiter.takeRequest("ann", 0),
  unauthenticated: (limiter) => limiter.takeUnauthenticated("192.0.2.1", 0),
  upgrades: (limiter) => limiter.takeUpgrade("192.0.2.1", 0),
}
const closed: Readonly<Record<string, (limiter: RateLimiter) => Verdict>> = {
  members: (limiter) => limiter.takeMembers("ann", 3, 0),
  groups: (limiter) => limiter.takeGroup("ann", 3, 0),
  logins: (limiter) => limiter.takeLogin("192.0.2.1", 0),
}

it.each(Object.entries(open))(
  "%s: people go on, within what this gateway alone lets through",
  (name, take) => {
    const limiter = new RateLimiter(limits, away)
    expect([take(limiter).ok, take(limiter).ok]).toEqual([true, true])
    expect(take(limiter)).toMatchObject({ ok: false, policy: name, away: false })
    expect(limiter.away).toBe(3)
  },
)

it.each(Object.entries(closed))("%s: nobody goes on, and it is not called too much", (name, take) => {
  expect(take(new RateLimiter(limits, away))).toMatchObject({ ok: false, policy: name, away: true })
})

it("once the store is back its buckets count again", () => {
  const memory = new RateStoreMemory()
  let there = true
  const store: RateStore = {
    take: (asks, now) => (there ? memory : away).take(asks, now),
    size: memory.size,
  }
  const limiter = new RateLimiter({ ...limits, messages_burst: 1 }, store)
  const take = () => limiter.takeMessage("ann", "one", 2, 0).ok
  expect(take()).toBe(true)
  there = false
  expect(take()).toBe(true)
  there = true
  expect(take()).toBe(false)
})

it("a group takes from both of its budgets, or from neither", () => {
  const few = { ...defaultLimits, group_creations_burst: 1, member_changes_burst: 10 }
  const limiter = new RateLimiter(few)
  expect(limiter.takeGroup("ann", 4, 0).ok).toBe(true)
  expect(limiter.takeGroup("ann", 4, 0)).toMatchObject({ ok: false, policy: "groups" })
  // The second took nobody from those whom she may name.
  expect(limiter.takeMembers("ann", 6, 0).ok).toBe(true)
})

it("docs/operations.md has the policy of each", () => {
  const page = readFileSync(new URL("../../../../docs/operations.md", import.meta.url), "utf8")
  for (const name of Object.keys(limiters) as ReadonlyArray<LimiterName>)
    expect(page).toContain(`| \`${name}\` | ${limiters[name].of} | ${limiters[name].whenAway} |`)
})
