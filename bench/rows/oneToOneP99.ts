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
    "Server and generator share two cores: the main thread waits while the writer, the history model and the generator run. The budget is at least twice the p99 of a bare fdatasync and 5 ms.",
  measure: async (effort) => {
    const found = await oneToOne(effort)
    const budget = p99Budget(found)
    return figuresOf(found, "offered", ({ delivery }) => delivery.p99).map((one) => ({ ...one, budget }))
  },
}
