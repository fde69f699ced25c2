/** Row: how fast a message is there at the worst, save one in a hundred. */
import { figuresOf, oneToOne, p99Budget } from "../scenarios/oneToOne.ts"
import type { Row } from "../table/Row.ts"

export const oneToOneP99: Row = {
  name: "one-to-one-p99",
  what: "1:1 at 1,000/s, send → recipient, p99",
  unit: "ms",
  budget: { atMost: 12 },
  floor: "a bare `ws` server that stores nothing",
  limit:
    "Server and generator share two cores: the main thread and the writer wait for a core, and the main thread collects garbage for 10 ms every 1.7 s (decision 0016). In slower hours, in which the floor took 0.7 to 1.2 ms, builds before this one had 17 to 26 ms. The budget is at least twice the p99 of a bare fdatasync and 5 ms.",
  measure: async (effort) => {
    const found = await oneToOne(effort)
    const budget = p99Budget(found)
    return figuresOf(found, "offered", ({ delivery }) => delivery.p99).map((one) => ({ ...one, budget }))
  },
}
