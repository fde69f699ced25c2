/**
 * A group of 10,000 on one node with the embedded store, everything durable, the generator on the same machine:
 *
 *   node bench/largeGroup.ts [--connections 2000] [--seconds 6] [--groups 8]
 *
 * How long it takes to make one; a message at 5 a second until the last of the connected members has it, beside a bare `ws` broadcast to
 * as many; what a member costs in memory; how long the conversation takes to wake up. Writes `bench/out/largeGroup.json`.
 */
import { parseArgs } from "node:util"
import { startBare } from "./harness/bareTarget.ts"
import { broadcasts, sendFrame } from "./harness/broadcasts.ts"
import { launchParley } from "./harness/parleyProcess.ts"
import type { RawReceiver } from "./harness/rawReceiver.ts"
import { writeReport } from "./harness/report.ts"
import { residentBytes } from "./harness/resident.ts"
import { median } from "./harness/summary.ts"

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "2000" },
    seconds: { type: "string", default: "6" },
    groups: { type: "string", default: "8" },
  },
})
const [connections, seconds, groups] = [values.connections, values.seconds, values.groups].map(Number) as [
  number,
  number,
  number,
]
const rate = 5
const beat = { rate, seconds }
const size = 10_000
/** Each group has members of its own. */
const namesOf = (group: number): ReadonlyArray<string> =>
  Array.from({ length: size - 1 }, (_, i) => `member-${group}-${i}`)
/** A sync without a cursor begins at the 20th last message: the roster is not replayed to everybody who connects. */
const earlier = 25

const timed = async <A>(run: () => Promise<A>): Promise<readonly [A, number]> => {
  const start = performance.now()
  const value = await run()
  return [value, performance.now() - start]
}

const bare = await startBare()
const room = await bare.room(connections)
const floor = await broadcasts(room.receivers, (text) => room.sender.send(sendFrame("room", "k", text)), beat)
await bare.stop()

const parley = await launchParley({ PARLEY_LIMIT_MEMBER_CHANGES_BURST: "1000000" })
const owner = await parley.login("owner")
const make = (group: number) =>
  parley.post("/v1/groups", owner, { name: "Everybody", member_ids: namesOf(group) })
await make(-1)
const before = residentBytes(parley.pid())
const made = []
for (let i = 0; i < groups; i++) made.push(await timed(() => make(i)))
const memory = (residentBytes(parley.pid()) - before) / (groups * size)
const ids = made.map(([{ id }]) => id!)
const say = (id: string, key: string) =>
  timed(() => parley.post("/v1/messages", owner, { conversation_id: id, client_msg_id: key, text: "hello" }))
for (const id of ids) await say(id, "first")
const warm = []
for (const id of ids) warm.push((await say(id, "warm"))[1])

const group = ids[0]!
for (let i = 0; i < earlier; i++) await say(group, `earlier-${i}`)
const receivers: Array<RawReceiver> = []
for (let from = 0; from < connections; from += 50)
  receivers.push(
    ...(await Promise.all(
      namesOf(0)
        .slice(from, Math.min(from + 50, connections))
        .map(async (name) => parley.receive(await parley.login(name))),
    )),
  )
const sender = await parley.connect(owner)
let key = 0
const delivered = await broadcasts(
  receivers,
  (text) => sender.send(sendFrame(group, `b${key++}`, text)),
  beat,
)

await parley.restart()
// The people are known; the conversations sleep.
const other = await parley.post("/v1/conversations", owner, { kind: "direct", user_id: "somebody" })
await say(other["id"]!, "warm")
const woken = []
for (const id of ids) woken.push((await say(id, "woken"))[1])
await parley.stop()

const [ms, bytes] = [(n: number) => `${n.toFixed(1)} ms`, (n: number) => `${n.toFixed(0)} B`]
const created = median(made.map(([, time]) => time))
/** The first ones pay for code that has not run yet. */
const waking = median(woken.slice(3)) - median(warm)
writeReport(
  "largeGroup",
  [
    {
      what: `make a group of ${size}`,
      measured: ms(created),
      floor: "",
      budget: "< 2 s",
      ratio: created / 2_000,
    },
    {
      what: `send → last of ${connections} connected, ${rate}/s, p99`,
      measured: ms(delivered.p99),
      floor: ms(floor.p99),
      budget: "< 80 ms",
      ratio: delivered.p99 / 80,
    },
    {
      what: `send → last of ${connections} connected, ${rate}/s, p50`,
      measured: ms(delivered.p50),
      floor: ms(floor.p50),
      budget: "",
    },
    { what: "resident memory a member of an awake group", measured: bytes(memory), floor: "", budget: "" },
    {
      what: "waking up, beyond a send to an awake one",
      measured: ms(waking),
      floor: "",
      budget: "< 30 ms",
      ratio: waking / 30,
    },
  ],
  { floor, delivered, made: made.map(([, time]) => time), warm, woken, memory },
)
