/** One server, one group, one writer at a fixed rate; members who read, and members who stop reading for a while. */
import { setTimeout as sleep } from "node:timers/promises"
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { launchParley } from "../harness/parleyProcess.ts"
import { type Summary, summarize } from "../harness/summary.ts"
import { openSynced } from "./openSynced.ts"
import type { Reader } from "./Reader.ts"
import type { StalledData, StalledOrder, StalledReport } from "./stalled.ts"

export interface Options {
  readonly paused: number
  readonly others: number
  /** Messages a second, and the bytes of each. */
  readonly rate: number
  readonly bytes: number
  readonly pausedMs: number
  /** Whether they do stop: without it everything else is the same. */
  readonly pauses: boolean
}

export interface Phase {
  /** Highest resident memory, in bytes. */
  readonly rss: number
  /** Highest of the server's p99 of its event loop's delay over a quarter of a second. */
  readonly delayMs: number
  /** The most that waited in the process for one connection. */
  readonly waitingBytes: number
  readonly late: Summary
}

export interface Run {
  readonly before: Phase
  readonly during: Phase
  readonly after: Phase
  readonly sent: number
  readonly stopped: number
  readonly stalled: StalledReport
  /** Typing frames since the pause, of one of the others and of one of the paused. */
  readonly typing: readonly [others: number, paused: number]
  readonly outOfOrder: number
  /** From the pause until who never reads again was closed 4008. */
  readonly closedAfterMs: number | undefined
  readonly dropped: ReadonlyArray<string>
}

const beforeMs = 4_000
const afterMs = 3_000
const settleMs = 30_000
const until = async (what: string, holds: () => boolean | Promise<boolean>, withinMs: number) => {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`did not come to pass: ${what}`)
    await sleep(50)
  }
}

export const run = async (options: Options): Promise<Run> => {
  const parley = await launchParley()
  try {
    return await measure(parley, options)
  } finally {
    await parley.stop()
  }
}

const measure = async (
  parley: Awaited<ReturnType<typeof launchParley>>,
  { bytes, others, paused, pausedMs, pauses, rate }: Options,
): Promise<Run> => {
  const people = async (name: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const user = `${name}-${i}`
        return [user, await parley.login(user)] as const
      }),
    )
  const [reading, pausing] = [await people("other", others), await people("paused", paused + 1)]
  const writer = await parley.login("writer")
  const { id } = await parley.post("/v1/groups", writer, {
    name: "Everybody",
    member_ids: [...reading, ...pausing].map(([user]) => user),
  })
  const socket = await parley.connect(writer)
  const healthy: Array<Reader> = []
  for (const [user, token] of reading) healthy.push(await openSynced(parley.address, user, token))
  const data: StalledData = { address: parley.address, tokens: pausing }
  const thread = new Worker(new URL("./stalled.ts", import.meta.url), { workerData: data })
  await once(thread, "message")
  const order = async (what: StalledOrder): Promise<StalledReport> => {
    thread.postMessage(what)
    return ((await once(thread, "message")) as [StalledReport])[0]
  }

  let [sent, acked] = [0, 0]
  socket.on("message", (frame: Buffer) => {
    if (frame.toString().includes('"type":"ack"')) acked++
  })
  const send = (type: string, payload: object, more: object = {}) =>
    JSON.stringify({ id: `f-${sent}`, type, conversation_id: id, payload, ...more })
  const speaking = setInterval(
    () =>
      socket.send(
        send(
          "message.send",
          { text: `${performance.now()} ${"x".repeat(bytes)}` },
          { client_msg_id: `m-${sent++}` },
        ),
      ),
    Math.max(1, 1_000 / rate),
  )
  let typist = 0
  const typing = setInterval(
    () => healthy[typist++ % others]!.receiver.send(send("typing", { state: "start" })),
    3_200 / others,
  )
  const phase = async (ms: number): Promise<Phase> => {
    for (const reader of healthy) reader.late = []
    let [rss, delayMs, waitingBytes] = [0, 0, 0]
    const end = performance.now() + ms
    while (performance.now() < end) {
      const metrics = await parley.metrics()
      rss = Math.max(rss, metrics.get("parley_resident_memory_bytes")!)
      delayMs = Math.max(delayMs, metrics.get("parley_event_loop_delay_p99_seconds")! * 1_000)
      waitingBytes = Math.max(waitingBytes, metrics.get("parley_slow_waiting_bytes_max")!)
      await sleep(250)
    }
    const late = summarize(healthy.flatMap((reader) => reader.late ?? []))
    for (const reader of healthy) reader.late = undefined
    return { rss, delayMs, waitingBytes, late }
  }

  await sleep(2_000)
  const before = await phase(beforeMs)
  const pausedAt = performance.now()
  const was = await order(pauses ? "pause" : "report")
  const typed = healthy[0]!.typing
  const during = await phase(pausedMs)
  const stopped = (await parley.metrics()).get("parley_slow_stopped_total")!
  await order("resume")
  const after = await phase(afterMs)
  clearInterval(speaking)
  clearInterval(typing)
  await until("everything is acknowledged", () => acked === sent, settleMs)
  const everybodyIsThere = async (): Promise<boolean> => {
    const { last } = await order("report")
    const back = pauses ? last.slice(0, -1) : last
    return [...back, ...healthy.map((reader) => reader.last)].every((seq) => seq === sent)
  }
  await until("everybody has everything", everybodyIsThere, settleMs)
  const scrape = async () => await (await fetch(`${parley.ops}/metrics`)).text()
  const isClosed = async () => (await scrape()).includes('parley_connections_closed_total{code="4008"} 1')
  if (pauses) await until("who never reads is closed 4008", isClosed, 60_000)
  const closedAfterMs = pauses ? performance.now() - pausedAt : undefined
  const stalled = await order("report")
  await thread.terminate()
  return {
    before,
    during,
    after,
    sent,
    stopped,
    stalled,
    typing: [healthy[0]!.typing - typed, stalled.typing[0]! - was.typing[0]!],
    outOfOrder: stalled.outOfOrder + healthy.reduce((n, reader) => n + reader.outOfOrder, 0),
    closedAfterMs,
    dropped: (await scrape()).match(/^parley_frames_dropped_total\S* \d+$/gm) ?? [],
  }
}
