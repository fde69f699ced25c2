/** Row: how fast the log is read. */
import { following } from "../scenarios/following.ts"
import type { Row } from "../table/Row.ts"

export const followerScan: Row = {
  name: "follower-scan",
  what: "follower: scan of the log, decoded",
  unit: "/s",
  budget: { atLeast: 50_000 },
  floor: "the same rows stepped over by SQLite in one query and thrown away",
  limit: "JSON.parse of data and metadata, then rows made into objects, 500 at a time.",
  measure: async (effort) =>
    (await following(effort)).map(({ scan, bare }) => ({ measured: scan, floor: bare })),
}
