/** Row: how long a page of history takes whoever asks for it. */
import { historyOverHttp } from "../scenarios/historyOverHttp.ts"
import type { Row } from "../table/Row.ts"

export const historyPageHttp: Row = {
  name: "history-page-http",
  what: "history page of 50 out of 10,000 over HTTP, bodies opened, 200 a second, p99",
  unit: "ms",
  budget: { atMost: 10 },
  floor: "Node's own HTTP server answering with the same bytes",
  limit:
    "The budget is that of a page of the inbox; the design's 2 ms are without HTTP and opening. Profiled: the main thread takes 1.3 ms a page, a quarter of it to open 50 bodies with a decipher each, a tenth for the write, a tenth for the question to the model's thread, a twentieth for JSON, the rest is Effect and Node's HTTP spread thin; the model's thread takes 0.3 ms. The p99 is waiting, for pages that come together and for the two cores, which the generator shares: in a slower hour it was 35 ms with a p50 of 2.1, the floor's 9.4. Next: bodies opened where the page is read, off the main thread.",
  measure: async (effort) =>
    (await historyOverHttp(effort)).map(({ measured, floor }) => ({
      measured: measured.p99,
      floor: floor.p99,
    })),
}
