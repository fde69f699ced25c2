/** The reader thread of the embedded store: answers what `LogReader` can, in the order asked. Lists of events travel flat. */
import { parentPort, workerData } from "node:worker_threads"
import { type LogReader, openLogReader } from "../SqliteLogReader.ts"
import { type Flat, flatEvents } from "./messages.ts"
import { reasonOf } from "./sqliteFailure.ts"

const port = parentPort!
const { file } = workerData as { readonly file: string }
let opened: LogReader | undefined
/** On first use: the thread starts while the writer still makes the file. */
const reader = (): LogReader => (opened ??= openLogReader(file))

const methods = {
  readStream: (
    ...[stream, read, now]: Parameters<LogReader["readStream"]>
  ): Flat | "not_found" | "deleted" => {
    const events = reader().readStream(stream, read, now)
    return typeof events === "string" ? events : flatEvents(events)
  },
  scan: (...args: Parameters<LogReader["scan"]>) => {
    const { events, ...rest } = reader().scan(...args)
    return { events: flatEvents(events), ...rest }
  },
  head: (...args: Parameters<LogReader["head"]>) => reader().head(...args),
  metadata: (...args: Parameters<LogReader["metadata"]>) => reader().metadata(...args),
  lookupKeys: (...args: Parameters<LogReader["lookupKeys"]>) => reader().lookupKeys(...args),
  lookupMarks: (...args: Parameters<LogReader["lookupMarks"]>) => reader().lookupMarks(...args),
}
export type ReaderMethods = typeof methods

export interface ReaderRequest {
  readonly id: number
  readonly method: keyof ReaderMethods
  readonly args: ReadonlyArray<unknown>
}
export type ReaderAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string }

const answer = ({ id, method, args }: ReaderRequest): ReaderAnswer => {
  try {
    const call = methods[method] as (...args: ReadonlyArray<unknown>) => unknown
    return { id, result: call(...args) }
  } catch (cause) {
    return { id, failure: reasonOf(cause) }
  }
}

port.on("message", (message: ReadonlyArray<ReaderRequest> | "close") => {
  if (message !== "close") return port.postMessage(message.map(answer))
  opened?.close()
  port.close()
})
