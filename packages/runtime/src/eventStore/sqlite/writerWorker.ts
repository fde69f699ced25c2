/**
 * The writer thread: gathers everything that has arrived in this turn of its loop into one transaction, commits it with one fsync,
 * and answers all of it in one message.
 *
 * Always true: an answer leaves after the commit that it depends on. Who arrives during an fsync is gathered by the next turn.
 */
import type { DatabaseSync } from "node:sqlite"
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { type AnswersEnd, give } from "./Answers.ts"
import { epochOf, type LogFileOptions, openLogFile, RefusedFile } from "./logFile.ts"
import { LogWriter } from "./LogWriter.ts"
import type { Flat, FromWriter, ToWriter } from "./messages.ts"
import { reasonOf } from "./sqliteFailure.ts"

/** More writes than this do not wait for each other's fsync. */
const maxWritesPerCommit = 4_096

const port = parentPort!
const say = (message: FromWriter): void => port.postMessage(message)

const nextMessage = (): ToWriter | undefined => receiveMessageOnPort(port)?.message as ToWriter | undefined

export interface WriterOptions extends LogFileOptions {
  /** See `checkpointWorker`. */
  readonly caughtUp: Int32Array
  readonly answers: AnswersEnd
}

/** What the checkpoint thread has left: few pages, so nobody waits long, and the write-ahead log begins anew. */
const completeCheckpoint = (database: DatabaseSync): void => {
  try {
    database.exec("PRAGMA wal_checkpoint(PASSIVE)")
  } catch {
    // It is tried again when the checkpoint thread has caught up the next time.
  }
}

const serve = (): void => {
  const options = workerData as WriterOptions
  const database = openLogFile(options)
  const writer = new LogWriter(database)

  port.on("message", (first: ToWriter) => {
    const lists: Array<Flat> = []
    let count = 0
    let next: ToWriter | undefined = first
    while (next !== undefined && next !== "close") {
      lists.push(next)
      count += next[1] as number
      next = count < maxWritesPerCommit ? nextMessage() : undefined
    }
    if (count > 0) {
      give(options.answers, writer.commit(lists))
      if (Atomics.exchange(options.caughtUp, 0, 0) === 1) completeCheckpoint(database)
    }
    if (next === "close") {
      database.close()
      options.answers.port.close()
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
