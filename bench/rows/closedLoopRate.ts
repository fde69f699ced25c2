/** Row: how many messages a second two people's talks can carry. */
import { figuresOf, oneToOne } from "../scenarios/oneToOne.ts"
import type { Row } from "../table/Row.ts"

export const closedLoopRate: Row = {
  name: "closed-loop",
  what: "closed loop, 64 pairs, 8 in flight each",
  unit: "/s",
  budget: { atLeast: 6_500 },
  floor: "a bare `ws` server that stores nothing",
  limit: "The CPU of a saturated message: the generator takes a good part of the two cores.",
  measure: async (effort) => figuresOf(await oneToOne(effort), "closed", (result) => result.perSecond),
}
