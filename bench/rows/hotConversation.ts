/** Row: one conversation that everybody talks in. */
import { figuresOf, oneToOne } from "../scenarios/oneToOne.ts"
import type { Row } from "../table/Row.ts"

export const hotConversation: Row = {
  name: "hot-conversation",
  what: "one hot conversation at 2,000/s, limits off, p99",
  unit: "ms",
  budget: { atMost: 50 },
  floor: "a bare `ws` server that stores nothing",
  limit:
    "A slow fdatasync: everything of a conversation waits for the commit before it. A round that did not carry all 2,000 a second fails.",
  measure: async (effort) => {
    const found = await oneToOne(effort)
    for (const { perSecond } of found.measured.hot)
      if (perSecond < 1_980) throw new Error(`only ${perSecond.toFixed(0)} of 2,000 a second were carried`)
    return figuresOf(found, "hot", ({ delivery }) => delivery.p99)
  },
}
