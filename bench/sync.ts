/**
 * Catching up an account with very many conversations, on one node with the embedded store, the generator on the same machine:
 *
 *   node bench/sync.ts [--conversations 1500] [--rounds 5]
 *
 * From handing `sync` to the socket until the first frame of the replay, and until the ack: without a cursor, from a cursor after which
 * every conversation has one message more, each in a process that has just started (once a restart) and in one that is warm; and
 * the same by `GET /v1/sync`. The floor is the same question of an account with one conversation. Writes `bench/out/sync.json`.
 */
import { once } from "node:events"
import { parseArgs } from "node:util"
import { WebSocket } from "ws"
import { launchParley } from "./harness/parleyProcess.ts"
import { writeReport } from "./harness/report.ts"
import { median } from "./harness/summary.ts"

const { values } = parseArgs({
  options: { conversations: { type: "string", default: "1500" }, rounds: { type: "string", default: "5" } },
})
const [conversations, rounds] = [Number(values.conversations), Number(values.rounds)]
/** Requests under way while the account is made. */
const atOnce = 32
const budgetMs = 300

interface Caught {
  readonly first: number
  readonly ack: number
  readonly frames: number
}

interface Frame {
  readonly type: string
  readonly payload: { readonly cursor?: string }
}

const parley = await launchParley({
  PARLEY_LIMIT_MEMBER_CHANGES_BURST: "1000000",
  PARLEY_LIMIT_MEMBER_CHANGES_PER_SECOND: "1000000",
})
const [reader, writer, single] = await Promise.all(["reader", "writer", "single"].map(parley.login))

const everywhere = async (work: (n: number) => Promise<unknown>, count = conversations): Promise<void> => {
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let n = next++; n < count; n = next++) await work(n)
    }),
  )
}

let device = 0
const dial = async (token: string): Promise<{ readonly socket: WebSocket; readonly hello: Frame }> => {
  const { token: stream, url } = await parley.post("/v1/ws/token", token, { device_id: `bench-${device++}` })
  const socket = new WebSocket(url!, {
    headers: { authorization: `Bearer ${stream}` },
    perMessageDeflate: false,
  })
  const [data] = (await once(socket, "message")) as [Buffer]
  return { socket, hello: JSON.parse(data.toString()) as Frame }
}

const catchUp = async (token: string, cursor?: string): Promise<Caught> => {
  const { socket } = await dial(token)
  let [first, frames] = [0, 0]
  const start = performance.now()
  socket.send(JSON.stringify({ id: "sync", type: "sync", payload: cursor === undefined ? {} : { cursor } }))
  const ack = await new Promise<number>((resolve) => {
    socket.on("message", (data: Buffer) => {
      if (frames++ === 0) first = performance.now() - start
      if (data.includes('"reply_to":"sync"')) resolve(performance.now() - start)
    })
  })
  socket.terminate()
  return { first, ack, frames }
}

const catchUpByPages = async (token: string, from: string): Promise<Caught> => {
  const start = performance.now()
  let [first, frames, cursor, complete] = [0, 0, from, false]
  while (!complete) {
    const page = await parley.get(`/v1/sync?cursor=${encodeURIComponent(cursor)}`, token)
    if (first === 0) first = performance.now() - start
    ;({ cursor, complete } = page as { cursor: string; complete: boolean })
    frames += (page["frames"] as ReadonlyArray<unknown>).length
  }
  return { first, ack: performance.now() - start, frames }
}

const ids: Array<string> = []
await everywhere(async (n) => {
  const { id } = await parley.post("/v1/groups", writer, { name: `Group ${n}`, member_ids: ["reader"] })
  ids.push(id!)
})
const say = (id: string, key: string) =>
  parley.post("/v1/messages", writer, {
    conversation_id: id,
    client_msg_id: key,
    text: `What is new? ${key}`,
  })
await everywhere((n) => say(ids[n]!, "first"))
const { id: only } = await parley.post("/v1/groups", writer, { name: "The only one", member_ids: ["single"] })
await say(only!, "first")
const [of, ofSingle] = [await dial(reader!), await dial(single!)]
const [cursor, singleCursor] = [of.hello.payload.cursor!, ofSingle.hello.payload.cursor!]
for (const { socket } of [of, ofSingle]) socket.terminate()
await everywhere((n) => say(ids[n]!, "second"))
await say(only!, "second")

const runs = { cold: [] as Array<Caught>, coldFrom: [] as Array<Caught> }
for (let round = 0; round < rounds; round++) {
  await parley.restart()
  // The process itself is warm: what is measured is the account.
  await catchUp(single!)
  runs[round % 2 === 0 ? "cold" : "coldFrom"].push(
    await catchUp(reader!, round % 2 === 0 ? undefined : cursor),
  )
}
const repeat = async (run: () => Promise<Caught>): Promise<ReadonlyArray<Caught>> => {
  const caught = []
  for (let round = 0; round < rounds; round++) caught.push(await run())
  return caught
}
const warm = await repeat(() => catchUp(reader!))
const warmFrom = await repeat(() => catchUp(reader!, cursor))
const pages = await repeat(() => catchUpByPages(reader!, cursor))
const floor = await repeat(() => catchUp(single!))
const floorFrom = await repeat(() => catchUp(single!, singleCursor))
const floorPages = await repeat(() => catchUpByPages(single!, singleCursor))
await parley.stop()

const at = (caught: ReadonlyArray<Caught>, what: "first" | "ack"): number =>
  median(caught.map((one) => one[what]))
const ms = (n: number): string => `${n.toFixed(1)} ms`
const rowsOf = (what: string, caught: ReadonlyArray<Caught>, beside: ReadonlyArray<Caught>) => {
  const first = at(caught, "first")
  return [
    {
      what: `${what}: first frame`,
      measured: ms(first),
      floor: ms(at(beside, "first")),
      budget: `< ${budgetMs} ms`,
      ratio: first / budgetMs,
    },
    {
      what: `${what}: all ${caught[0]?.frames ?? 0} frames`,
      measured: ms(at(caught, "ack")),
      floor: ms(at(beside, "ack")),
      budget: "",
    },
  ]
}
writeReport(
  "sync",
  [
    ...rowsOf(`${conversations} conversations, no cursor, just started`, runs.cold, floor),
    ...rowsOf(`${conversations} conversations, from a cursor, just started`, runs.coldFrom, floorFrom),
    ...rowsOf(`${conversations} conversations, no cursor`, warm, floor),
    ...rowsOf(`${conversations} conversations, from a cursor`, warmFrom, floorFrom),
    ...rowsOf(`${conversations} conversations, by pages`, pages, floorPages),
  ],
  { ...runs, warm, warmFrom, pages, floor, floorFrom, floorPages },
)
