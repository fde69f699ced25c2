/** Row: how many pages of history a second one thread of the model gives. */
import { historyPages } from "../scenarios/historyPages.ts"
import type { Row } from "../table/Row.ts"

export const historyPageRate: Row = {
  name: "history-page-rate",
  what: "history pages of 50 out of 10,000, 16 under way",
  unit: "/s",
  budget: { atLeast: 5_000 },
  floor: "one page after another of the model itself, in one thread (p50)",
  limit:
    "The model's one thread, which reads, copies 50 rows across and is asked again; the main thread, which receives them. By the hour 3,800 to 5,200 on the same build. Next: the rows of a page as one buffer.",
  measure: async (effort) =>
    (await historyPages(effort)).map(({ perSecond, alone }) => ({
      measured: perSecond,
      floor: 1_000 / alone.p50,
    })),
}
