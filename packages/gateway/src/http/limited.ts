/**
 * Requests over their rate (protocol, sections 3 and 5).
 *
 * Always true: what is refused here was not written and took nothing from any bucket. The headers are those of
 * draft-ietf-httpapi-ratelimit-headers: `q` in any `w` seconds, `r` of them left, more in `t` seconds.
 */
import type { MemberView } from "@parley/projections/Reads"
import { Reads } from "@parley/projections/Reads"
import * as Effect from "effect/Effect"
import { limiters } from "../limits/limiters.ts"
import type { Refusal, Verdict } from "../limits/RateLimiter.ts"
import { type Refused, refuse, unavailable } from "../problems.ts"
import type { Shared } from "./Api.ts"
import type { Gate } from "./Call.ts"
import { noConversation } from "./named.ts"

/** Too much; or, of what is closed without the store of its buckets, not now. */
export const overRate = ({ away, burst, policy, rate, retryAfterMs }: Refusal): Refused =>
  away
    ? refuse("unavailable", "The server cannot count this now.", { retryAfterMs })
    : refuse("rate_limited", limiters[policy].detail, {
        retryAfterMs,
        headers: {
          ratelimit: `"${policy}";r=0;t=${Math.ceil(retryAfterMs / 1_000)}`,
          "ratelimit-policy": `"${policy}";q=${burst};w=${Math.ceil(burst / rate)}`,
        },
      })

const judged = (verdict: () => Verdict): Effect.Effect<void, Refused> =>
  Effect.suspend(() => {
    const judgement = verdict()
    return judgement.ok ? Effect.void : Effect.fail(overRate(judgement))
  })

/**
 * Before a message is sent, edited, deleted or reacted to, settings or a role are changed: each is an event for every member. A stranger
 * is told first that there is nothing.
 */
export const takeMessage = Effect.fnUntraced(function* (
  { limiter, now }: Shared,
  user: string,
  conversation: string,
): Effect.fn.Return<MemberView, Refused, Reads> {
  const reads = yield* Reads
  const view = yield* reads.view(conversation, user).pipe(Effect.mapError(unavailable))
  if (view === undefined) return yield* noConversation()
  yield* judged(() => limiter.takeMessage(user, conversation, view.conversation.memberCount, now()))
  return view
})

/** Before a group is made of so many people. */
export const takeGroup = (
  { limiter, now }: Shared,
  user: string,
  count: number,
): Effect.Effect<void, Refused> => judged(() => limiter.takeGroup(user, count, now()))

/** Before somebody signs in for development. */
export const takeLogin = ({ limiter, now }: Shared, address: string): Effect.Effect<void, Refused> =>
  judged(() => limiter.takeLogin(address, now()))

/** Around the check of an access token, in every route that asks for one. */
export const gateOf = ({ limiter, now }: Pick<Shared, "limiter" | "now">, address: string): Gate => ({
  address,
  known: (user) => judged(() => limiter.takeRequest(user, now())),
  stranger: (refused) =>
    Effect.suspend(() => {
      const verdict = limiter.takeUnauthenticated(address, now())
      return Effect.fail(verdict.ok ? refused : overRate(verdict))
    }),
})

/** Before people are named: as founders, as new members, as removed ones. */
export const takeMembers = (
  { limiter, now }: Shared,
  user: string,
  count: number,
): Effect.Effect<void, Refused> => judged(() => limiter.takeMembers(user, count, now()))
