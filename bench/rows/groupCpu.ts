/** Row: what a delivery in a large group costs. */
import { groupOfThousand } from "../scenarios/groupOfThousand.ts"
import type { Row } from "../table/Row.ts"

export const groupCpu: Row = {
  name: "group-cpu",
  what: "group of 1,000 connected at 20/s, server CPU a delivery, to the floor's",
  unit: "×",
  budget: { atMost: 1.15 },
  floor: "a bare `ws` broadcast of as many bytes to as many",
  limit:
    "Profiled on the main thread: three quarters are the write to the kernel, a tenth Node's streams around it, as below any server; handing over and gathering take 7 %, the message itself (seal, append, settle) 5 %. On top, a delivery: the writer's commit 0.7 µs, models and other threads 0.5, V8's own threads 0.3. Next: cursors that travel with the next frame's write, not with one of their own.",
  measure: async (effort) =>
    (await groupOfThousand(effort)).map(({ parley, bare }) => ({
      measured: parley.cpu / bare.cpu,
      floor: 1,
    })),
}
