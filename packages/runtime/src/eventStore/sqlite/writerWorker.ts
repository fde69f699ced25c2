/**
 * The writer thread: gathers everything that has arrived in this turn of its loop into one transaction, commits it with one fsync,
 * and answers all of it in one message.
 *
 * Always true: an answer leaves after the commit that it depends on. Nobody waits for a timer: who arrives during an fsync is
 * gathered by the next turn.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { epochOf, type LogFileOptions, openLogFile, RefusedFile } from "./logFile.ts"
import { LogWriter } from "./LogWriter.ts"
import type { Flat, FromWriter, ToWriter } from "./messages.ts"
import { reasonOf } from "./sqliteFailure.ts"

/** More writes than this do not wait for each other's fsync. */
const maxWritesPerCommit = 4_096

const port = parentPort!
const say = (message: FromWriter): void => port.postMessage(message)

const serve = (): void => {
  const database = openLogFile(workerData as LogFileOptions)
  const writer = new LogWriter(database)

  port.on("message", (first: ToWriter) => {
    const lists: Array<Flat> = []
    let count = 0
    let next: ToWriter | undefined = first
    while (next !== undefined && next !== "close") {
      lists.push(next)
      count += next[1] as number
      next =
        count < maxWritesPerCommit ? (receiveMessageOnPort(port)?.message as ToWriter | undefined) : undefined
    }
    if (count > 0) say({ _tag: "Committed", committed: writer.commit(lists) })
    if (next === "close") {
      database.close()
      port.close()
    }
  })
  say({ _tag: "Opened", epoch: epochOf(database)!, position: writer.position })
}

try {
  serve()
} catch (cause) {
  if (cause instanceof RefusedFile) say({ _tag: "Refused", refusal: cause.refusal })
  else say({ _tag: "NotOpened", reason: reasonOf(cause) })
}
