/** The thread of those who stop reading: their catching up must not be what the others wait for. */
import { parentPort, workerData } from "node:worker_threads"
import { openSynced } from "./openSynced.ts"
import type { Reader } from "./Reader.ts"

export interface StalledData {
  readonly address: string
  readonly tokens: ReadonlyArray<readonly [user: string, token: string]>
}

/** What the thread is told, and each time answers a `StalledReport`. The last of them never reads again. */
export type StalledOrder = "report" | "pause" | "resume"

export interface StalledReport {
  /** Of each. */
  readonly last: ReadonlyArray<number>
  readonly frames: ReadonlyArray<number>
  readonly typing: ReadonlyArray<number>
  readonly outOfOrder: number
}

const { address, tokens } = workerData as StalledData
const readers: Array<Reader> = []
for (const [user, token] of tokens) readers.push(await openSynced(address, user, token))

const report = (): StalledReport => ({
  last: readers.map((reader) => reader.last),
  frames: readers.map((reader) => reader.frames),
  typing: readers.map((reader) => reader.typing),
  outOfOrder: readers.reduce((n, reader) => n + reader.outOfOrder, 0),
})

parentPort!.on("message", (order: StalledOrder) => {
  if (order === "pause") for (const { receiver } of readers) receiver.pause()
  if (order === "resume") for (const { receiver } of readers.slice(0, -1)) receiver.resume()
  parentPort!.postMessage(report())
})
parentPort!.postMessage(report())
