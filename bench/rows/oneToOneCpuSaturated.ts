/** Row: what a message costs when there is as much to do as can be done. */
import { figuresOf, oneToOne } from "../scenarios/oneToOne.ts"
import type { Row } from "../table/Row.ts"

export const oneToOneCpuSaturated: Row = {
  name: "saturated-cpu",
  what: "server CPU a 1:1 message, saturated",
  unit: "µs",
  budget: { atMost: 150 },
  floor: "a bare `ws` server that stores nothing",
  limit:
    "By thread: main 69 to 98 µs (parse, seal, decide, frame, write to two sockets), history 25, writer 14, V8's own 14; the parts of it by `bench/parts.ts`. Rounds differ by a quarter on the same build. Of the main thread's time a sixth is sealing and MAC, a sixth the socket writes. Next: a cipher and an HMAC without an object for each message.",
  measure: async (effort) => figuresOf(await oneToOne(effort), "closed", (result) => result.cpuUsPerMessage),
}
