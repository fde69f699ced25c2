/**
 * The writer thread: gathers everything that has arrived in this turn of its loop into one transaction, commits it with one fsync,
 * and answers all of it in one message.
 *
 * Always true: an answer leaves after the commit that it depends on. Who arrives during an fsync is gathered by the next turn; under
 * a trickle of writes a commit waits a moment for company (`GatherWindow`).
 */
import type { DatabaseSync } from "node:sqlite"
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { GatherWindow } from "./GatherWindow.ts"
import { epochOf, type LogFileOptions, openLogFile, RefusedFile } from "./logFile.ts"
import { LogWriter } from "./LogWriter.ts"
import type { Flat, FromWriter, ToWriter } from "./messages.ts"
import { reasonOf } from "./sqliteFailure.ts"

/** More writes than this do not wait for each other's fsync. */
const maxWritesPerCommit = 4_096

/** How long a commit waits for company. The latency of a message under a trickle grows by about as much. */
const gatherMs = 1

const port = parentPort!
const say = (message: FromWriter): void => port.postMessage(message)

const nextMessage = (): ToWriter | undefined => receiveMessageOnPort(port)?.message as ToWriter | undefined
const sleeper = new Int32Array(new SharedArrayBuffer(4))
const sleep = (ms: number): void => void Atomics.wait(sleeper, 0, 0, ms)

export interface WriterOptions extends LogFileOptions {
  /** See `checkpointWorker`. */
  readonly caughtUp: Int32Array
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
  const window = new GatherWindow()

  port.on("message", (first: ToWriter) => {
    const lists: Array<Flat> = []
    let count = 0
    /** Takes what has arrived; returns what is no list of writes. */
    const gather = (from: ToWriter | undefined): ToWriter | undefined => {
      let next = from
      while (next !== undefined && next !== "close") {
        lists.push(next)
        count += next[1] as number
        next = count < maxWritesPerCommit ? nextMessage() : undefined
      }
      return next
    }
    let next = gather(first)
    if (next === undefined && window.opens(performance.now(), count)) {
      const before = count
      sleep(gatherMs)
      next = gather(nextMessage())
      window.closed(count > before)
    }
    if (count > 0) {
      say({ _tag: "Committed", committed: writer.commit(lists) })
      window.committed(performance.now())
      if (Atomics.exchange(options.caughtUp, 0, 0) === 1) completeCheckpoint(database)
    }
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
