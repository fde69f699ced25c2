/** Row: what a message costs where there are a thousand a second. */
import { figuresOf, oneToOne } from "../scenarios/oneToOne.ts"
import type { Row } from "../table/Row.ts"

export const oneToOneCpu: Row = {
  name: "one-to-one-cpu",
  what: "server CPU a 1:1 message at 1,000/s",
  unit: "µs",
  budget: { atMost: 200 },
  floor: "a bare `ws` server that stores nothing",
  limit:
    "By thread: main 320 µs, writer 108, history 28, all others 40. Saturated the same code takes 90, 16 and 27: what is added is a turn, a commit and two hops between threads for each message, and what the cores forget between two of them: a third of the main thread's share each (decision 0016; `bench/coldMemory.ts`). Next: fewer bytes touched a message; a commit for several would take latency, of which there is some to spare.",
  measure: async (effort) => figuresOf(await oneToOne(effort), "offered", (result) => result.cpuUsPerMessage),
}
