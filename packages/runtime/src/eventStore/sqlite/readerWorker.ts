/** The reader thread of the embedded store: answers what `LogReader` can, in the order asked. */
import { parentPort, workerData } from "node:worker_threads"
import { openLogReader } from "../SqliteLogReader.ts"
import type { ReaderReply, ReaderRequest } from "./messages.ts"

const port = parentPort!
const reader = openLogReader((workerData as { file: string }).file)

const answer = ({ id, method, args }: ReaderRequest): ReaderReply => {
  try {
    const call = reader[method as keyof typeof reader] as (...args: ReadonlyArray<unknown>) => unknown
    return { id, result: call(...args) }
  } catch (cause) {
    return { id, failure: cause instanceof Error ? cause.message : String(cause) }
  }
}

port.on("message", (requests: ReadonlyArray<ReaderRequest>) => {
  port.postMessage(requests.map(answer))
  if (requests.some((request) => request.method === "close")) port.close()
})
