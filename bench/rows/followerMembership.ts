/** Row: how fast a model follows that most events say nothing to. */
import { following } from "../scenarios/following.ts"
import type { Row } from "../table/Row.ts"

export const followerMembership: Row = {
  name: "follower-membership",
  what: "follower: into the membership model",
  unit: "/s",
  budget: { atLeast: 15_000 },
  floor: "the same log read, decoded and thrown away",
  limit: "Stepping over messages, which it neither decodes nor stores; so it is faster than its floor.",
  measure: async (effort) =>
    (await following(effort)).map(({ membership, scan }) => ({ measured: membership, floor: scan })),
}
