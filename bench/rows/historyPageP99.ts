/** Row: how long a page of history takes in the server. */
import { historyPages } from "../scenarios/historyPages.ts"
import type { Row } from "../table/Row.ts"

export const historyPageP99: Row = {
  name: "history-page-p99",
  what: "history page of 50 out of 10,000, server-side, 500 a second, p99",
  unit: "ms",
  budget: { atMost: 2 },
  floor: "p99 of the same page of the model itself, in one thread",
  limit: "Two hops between threads and the copy of 50 rows across; opening the bodies is not in it.",
  measure: async (effort) =>
    (await historyPages(effort)).map(({ offered, alone }) => ({ measured: offered.p99, floor: alone.p99 })),
}
