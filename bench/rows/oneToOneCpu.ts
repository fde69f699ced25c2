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
    "By thread: main 360 µs, writer 158, history 40, all others 80. Saturated the same code takes 92, 21 and 31: what is added is system calls, wake-ups of sleeping threads and cold caches, since each message has a turn, a commit and two hops between threads to itself (decision 0016, which also says what was tried).",
  measure: async (effort) => figuresOf(await oneToOne(effort), "offered", (result) => result.cpuUsPerMessage),
}
