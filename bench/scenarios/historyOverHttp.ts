/** Pages of 50 out of a conversation's 10,000 messages, asked for over HTTP, beside Node's own server that answers with as many bytes. */
import { spawn } from "node:child_process"
import { once as event } from "node:events"
import { Agent, get, type IncomingMessage } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import { buffer } from "node:stream/consumers"
import { closedLoop } from "../harness/load.ts"
import { launchParley, type ParleyProcess } from "../harness/parleyProcess.ts"
import { freePort } from "@parley/runtime/freePort"
import { type Summary, summarize } from "../harness/summary.ts"
import { once } from "../table/Row.ts"

export interface HistoryOverHttp {
  /** Milliseconds from asking until the last byte. */
  readonly measured: Summary
  readonly floor: Summary
}

const limit = 50
const perSecond = 200
const connections = 16

type Fetch = (n: number) => Promise<Buffer>

/** Connections are kept, as a browser keeps them; not from one round to the next: a server ends those that are idle for five seconds, which is a round. */
const fetching = (urlOf: (n: number) => string, headers: Readonly<Record<string, string>>): Fetch => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return async (n) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) =>
      get(urlOf(n), { agent, headers }, resolve).on("error", reject),
    )
    const body = await buffer(response)
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${body.toString()}`)
    return body
  }
}

/** On the beat, whether the last one has come or not. */
const offered = async (fetchPage: Fetch, count: number): Promise<Summary> => {
  // Connecting is not what is timed.
  await Promise.all(Array.from({ length: connections }, (_, n) => fetchPage(n)))
  const start = performance.now()
  const times: Array<Promise<number>> = []
  const timed = async (n: number): Promise<number> => {
    const asked = performance.now()
    await fetchPage(n)
    return performance.now() - asked
  }
  while (times.length < count) {
    const due = ((performance.now() - start) * perSecond) / 1_000
    for (; times.length < due && times.length < count;) times.push(timed(times.length))
    await pause(1)
  }
  return summarize(await Promise.all(times))
}

/** A direct conversation with so many messages, and who may read it. */
const written = async (parley: ParleyProcess, messages: number) => {
  const [ann, bob] = [await parley.login("ann"), await parley.login("bob")]
  const { id } = await parley.post("/v1/conversations", ann, { kind: "direct", user_id: "bob" })
  const pair = { conversation: id!, from: await parley.connect(ann), to: await parley.connect(bob) }
  let [count, seconds] = [0, 1]
  while (count < messages) count += (await closedLoop(parley.pid(), [pair], 64, seconds)).messages
  return { id: id!, token: ann, count }
}

const startBarePage = async (body: Buffer) => {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [new URL("../harness/barePage.ts", import.meta.url).pathname, String(port)],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  )
  child.stdin.end(body)
  await event(child.stdout, "data")
  return { url: `http://127.0.0.1:${port}/`, stop: () => child.kill() }
}

export const historyOverHttp = once(async ({ rounds, quick }): Promise<ReadonlyArray<HistoryOverHttp>> => {
  const [messages, count] = quick ? [1_000, 100] : [10_000, 1_000]
  const parley = await launchParley()
  try {
    const { count: there, id, token } = await written(parley, messages)
    const beforeOf = (n: number): number => limit + 2 + ((n * 7_919) % (there - limit - 2))
    const page = () =>
      fetching(
        (n) => `${parley.address}/v1/conversations/${id}/messages?before=${beforeOf(n)}&limit=${limit}`,
        {
          authorization: `Bearer ${token}`,
        },
      )
    const example = await page()(0)
    const { items } = JSON.parse(example.toString()) as { readonly items: ReadonlyArray<unknown> }
    if (items.length !== limit) throw new Error("a page is not full")
    const bare = await startBarePage(example)
    try {
      const plain = () => fetching(() => bare.url, {})
      // Both warm up.
      await offered(plain(), count / 4)
      await offered(page(), count / 4)
      const results: Array<HistoryOverHttp> = []
      for (let round = 0; round < rounds; round++)
        results.push({ floor: await offered(plain(), count), measured: await offered(page(), count) })
      return results
    } finally {
      bare.stop()
    }
  } finally {
    await parley.stop()
  }
})
