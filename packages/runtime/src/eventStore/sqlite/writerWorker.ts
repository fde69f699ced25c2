/**
 * The writer thread: gathers every request that has arrived in this turn of its loop into one transaction, commits it with one fsync,
 * and answers all of them in one message.
 *
 * Always true: a reply leaves after the commit that it depends on. Nobody waits for a timer: whoever arrives during an fsync is
 * gathered by the next turn.
 */
import { closeSync, existsSync, fsyncSync, openSync } from "node:fs"
import { backup } from "node:sqlite"
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { type LogFileOptions, openLogFile, RefusedFile } from "./logFile.ts"
import { LogWriter } from "./LogWriter.ts"
import type { FromWriter, WriterReply, WriterRequest } from "./messages.ts"

const port = parentPort!
const say = (message: FromWriter): void => port.postMessage(message)

const run = (): void => {
  const { database, epoch } = openLogFile(workerData as LogFileOptions)
  const writer = new LogWriter(database)

  const copyTo = async (id: number, path: string): Promise<WriterReply> => {
    if (existsSync(path)) return ["failed", id, "the backup's target exists"]
    try {
      await backup(database, path)
      const copy = openSync(path, "r+")
      fsyncSync(copy)
      closeSync(copy)
      return ["done", id]
    } catch (cause) {
      return ["failed", id, reasonOf(cause)]
    }
  }

  const commit = (requests: ReadonlyArray<WriterRequest>): void => {
    const replies: Array<WriterReply> = []
    const started = performance.now()
    try {
      database.exec("BEGIN IMMEDIATE")
      for (const request of requests)
        if (request[0] !== "backup" && request[0] !== "close") replies.push(writer.apply(request))
      database.exec("COMMIT")
      writer.committed()
    } catch (cause) {
      replies.length = 0
      if (database.isTransaction) database.exec("ROLLBACK")
      writer.rolledBack()
      const reason = reasonOf(cause)
      for (const request of requests)
        if (request[0] !== "backup" && request[0] !== "close") replies.push(["failed", request[1], reason])
    }
    say({ _tag: "Replies", replies, position: writer.position, commitMs: performance.now() - started })
  }

  port.on("message", (first: ReadonlyArray<WriterRequest>) => {
    const requests = [...first]
    for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port))
      requests.push(...(more.message as ReadonlyArray<WriterRequest>))
    commit(requests)
    for (const request of requests) {
      if (request[0] === "backup")
        void copyTo(request[1], request[2]).then((reply) =>
          say({ _tag: "Replies", replies: [reply], position: writer.position, commitMs: 0 }),
        )
      if (request[0] === "close") {
        database.close()
        say({ _tag: "Replies", replies: [["done", request[1]]], position: writer.position, commitMs: 0 })
        port.close()
      }
    }
  })
  say({ _tag: "Ready", epoch, position: writer.position })
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

try {
  run()
} catch (cause) {
  if (!(cause instanceof RefusedFile)) throw cause
  say({ _tag: "Refused", ...cause.refusal })
}
