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
    "Server and generator share two cores: the main thread and the writer wait for a core, about four commits a second for more than 8 ms, and the main thread collects garbage for 10 ms every 1.7 s (decision 0016). The figure is from before the checkpoints that used to stop commits for 90 ms and more (decision 0002); after it, in slower hours (floors of 0.9 and 1.2 ms): 17.3 ms (14.9–27.2) and 21.7 ms (17.2–187). Next: less garbage a message, fewer writes a commit. The budget is at least twice the p99 of a bare fdatasync and 5 ms.",
  measure: async (effort) => {
    const found = await oneToOne(effort)
    const budget = p99Budget(found)
    return figuresOf(found, "offered", ({ delivery }) => delivery.p99).map((one) => ({ ...one, budget }))
  },
}
