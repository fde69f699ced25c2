/** Laws of the message limits, over any traffic. */
import { defaultLimits } from "@parley/domain/limits"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { RateLimiter } from "../../src/limits/RateLimiter.ts"

const limits = { ...defaultLimits, conversation_messages_burst: 40 }

const traffic = fc.array(
  fc.record({
    user: fc.integer({ min: 0, max: 5 }),
    conversation: fc.integer({ min: 0, max: 2 }),
    pause: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400 })),
  }),
  { maxLength: 400 },
)
const members = fc.constantFrom(2, 500, 2_000, 10_000)

interface Let {
  readonly key: string
  readonly at: number
}

/** More than this in any stretch of time is never let through. */
const expectWithin = (passed: ReadonlyArray<Let>, burst: number, rate: number): void => {
  for (let from = 0; from < passed.length; from++)
    for (let to = from; to < passed.length; to++) {
      const seconds = (passed[to]!.at - passed[from]!.at) / 1_000
      expect(to - from + 1).toBeLessThanOrEqual(burst + rate * seconds + 1e-6)
    }
}

const byKey = (passed: ReadonlyArray<Let>) => Map.groupBy(passed, ({ key }) => key).values()

it("never more than burst + rate × t passes, for any user and any conversation", () => {
  fc.assert(
    fc.property(traffic, members, (messages, size) => {
      const limiter = new RateLimiter(limits)
      const [users, conversations]: [Array<Let>, Array<Let>] = [[], []]
      let at = 0
      for (const { user, conversation, pause } of messages) {
        at += pause
        if (!limiter.takeMessage(`u${user}`, `c${conversation}`, size, at).ok) continue
        users.push({ key: `u${user}`, at })
        conversations.push({ key: `c${conversation}`, at })
      }
      for (const one of byKey(users)) expectWithin(one, limits.messages_burst, limits.messages_per_second)
      for (const one of byKey(conversations))
        expectWithin(one, limits.conversation_messages_burst, limiter.conversationRate(size))
    }),
    { numRuns: 60 },
  )
})

it("whoever waits as long as he was told may send, if nobody else sent meanwhile", () => {
  fc.assert(
    fc.property(traffic, members, (messages, size) => {
      const limiter = new RateLimiter(limits)
      let at = 0
      for (const { user, conversation, pause } of messages) {
        at += pause
        const verdict = limiter.takeMessage(`u${user}`, `c${conversation}`, size, at)
        if (verdict.ok) continue
        at += verdict.retryAfterMs
        expect(limiter.takeMessage(`u${user}`, `c${conversation}`, size, at).ok).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})

it("a refusal takes from neither bucket", () => {
  const limiter = new RateLimiter({ ...limits, messages_burst: 1, conversation_messages_burst: 2 })
  const take = (user: string, conversation: string) => limiter.takeMessage(user, conversation, 2, 0).ok
  expect(take("ann", "one")).toBe(true)
  // Refused for Ann's sake: the conversation keeps its last place.
  expect([take("ann", "one"), take("ann", "one"), take("bob", "one")]).toEqual([false, false, true])
  // Refused for the conversation's sake: Carl keeps his.
  expect([take("carl", "one"), take("carl", "two")]).toEqual([false, true])
})

it("a conversation's rate is full up to 500 members and falls to a tenth at 10,000, never rising", () => {
  const { conversationRate } = new RateLimiter(limits)
  expect([2, 500, 10_000, 100_000].map(conversationRate)).toEqual([
    50,
    50,
    expect.closeTo(5),
    expect.closeTo(5),
  ])
  for (let size = 500; size < 10_000; size += 100)
    expect(conversationRate(size + 100)).toBeLessThan(conversationRate(size))
})

it("never more people than burst + rate × t are named by one user; who waits as long as he was told may name them", () => {
  const few = { ...defaultLimits, member_changes_per_second: 3, member_changes_burst: 20 }
  const changes = fc.array(
    fc.record({
      user: fc.integer({ min: 0, max: 2 }),
      count: fc.integer({ min: 1, max: 20 }),
      pause: fc.integer({ min: 0, max: 9_000 }),
    }),
    { maxLength: 100 },
  )
  fc.assert(
    fc.property(changes, (asked) => {
      const limiter = new RateLimiter(few)
      const passed: Array<Let> = []
      let at = 0
      for (const { user, count, pause } of asked) {
        at += pause
        const verdict = limiter.takeMembers(`u${user}`, count, at)
        if (!verdict.ok) {
          at += verdict.retryAfterMs
          expect(limiter.takeMembers(`u${user}`, count, at).ok).toBe(true)
        }
        for (let i = 0; i < count; i++) passed.push({ key: `u${user}`, at })
      }
      for (const one of byKey(passed)) expectWithin(one, 20, 3)
    }),
    { numRuns: 60 },
  )
})

it("a request that names more people than the burst needs a full bucket and empties it", () => {
  const limiter = new RateLimiter({
    ...defaultLimits,
    member_changes_per_second: 1,
    member_changes_burst: 10,
  })
  expect(limiter.takeMembers("ann", 1_000, 0).ok).toBe(true)
  expect(limiter.takeMembers("ann", 1_000, 9_000)).toMatchObject({ ok: false, retryAfterMs: 1_000 })
  expect(limiter.takeMembers("ann", 1_000, 10_000).ok).toBe(true)
})

it("a clock that is set back neither gives nor takes", () => {
  const limiter = new RateLimiter({ ...limits, messages_burst: 1, messages_per_second: 1 })
  expect(limiter.takeMessage("ann", "one", 2, 10_000).ok).toBe(true)
  expect(limiter.takeMessage("ann", "one", 2, 5_000)).toMatchObject({ ok: false, retryAfterMs: 1_000 })
  expect(limiter.takeMessage("ann", "one", 2, 6_000).ok).toBe(true)
})
