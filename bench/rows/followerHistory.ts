/** Row: how fast the history model is built. */
import { following } from "../scenarios/following.ts"
import type { Row } from "../table/Row.ts"

export const followerHistory: Row = {
  name: "follower-history",
  what: "follower: into the history model",
  unit: "/s",
  budget: { atLeast: 15_000 },
  floor: "the same log read, decoded and thrown away",
  limit: "The insert of each message into its table and two indexes.",
  measure: async (effort) =>
    (await following(effort)).map(({ history, scan }) => ({ measured: history, floor: scan })),
}
