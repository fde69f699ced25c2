/** Row: how fast a message is there, usually. */
import { figuresOf, oneToOne } from "../scenarios/oneToOne.ts"
import type { Row } from "../table/Row.ts"

export const oneToOneP50: Row = {
  name: "one-to-one-p50",
  what: "1:1 at 1,000/s, send → recipient, p50",
  unit: "ms",
  budget: { atMost: 3 },
  floor: "a bare `ws` server that stores nothing",
  limit:
    "The main loop looks at its sockets every 3 ms under a trickle, so that messages share a turn and a commit (decision 0033): half of that, one fdatasync, and the way to the writer's thread and back.",
  measure: async (effort) => figuresOf(await oneToOne(effort), "offered", ({ delivery }) => delivery.p50),
}
