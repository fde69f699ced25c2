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
    "By thread: main 233 µs, writer 78, history 25, all others 30. About 190 µs do not depend on how many come together, the rest is a cycle of the main loop and a commit, shared by three messages; a longer rest would take the p50 over its budget (decision 0033). Of the main thread's share two thirds are reading and deciding, each message in state that nobody has touched for 64 ms (`bench/coldMemory.ts`). Next: fewer bytes touched a message.",
  measure: async (effort) => figuresOf(await oneToOne(effort), "offered", (result) => result.cpuUsPerMessage),
}
