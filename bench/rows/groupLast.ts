/** Row: until the last member of a large group has a message. */
import { groupOfThousand } from "../scenarios/groupOfThousand.ts"
import type { Row } from "../table/Row.ts"

export const groupLast: Row = {
  name: "group-last",
  what: "group of 1,000 connected at 20/s, send → last member, p99",
  unit: "ms",
  budget: { atMost: 40 },
  floor: "a bare `ws` broadcast of as many bytes to as many",
  limit:
    "A thousand writes in one turn take the main thread 12 to 13 ms, while the generator reads them on the other core; before them comes the fsync. The spread of the rounds is the machine's: the floor's is as wide.",
  measure: async (effort) =>
    (await groupOfThousand(effort)).map(({ parley, bare }) => ({
      measured: parley.last.p99,
      floor: bare.last.p99,
    })),
}
