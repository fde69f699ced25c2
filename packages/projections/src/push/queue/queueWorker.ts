/**
 * The thread that keeps the push queue in a SQLite file of its own.
 *
 * Always true: an answer is posted after the transaction is on the disk; what is asked is done in the order asked.
 */
import { parentPort, workerData } from "node:worker_threads"
import { answer } from "./answer.ts"
import type { FromQueue, ToQueue } from "./messages.ts"
import { QueueFile, type QueueFileOptions } from "./QueueFile.ts"

const port = parentPort!
const file = new QueueFile(workerData as QueueFileOptions)

port.on("message", (message: ToQueue) => {
  if (message._tag === "Close") {
    file.close()
    port.close()
    return
  }
  const reply = answer(file, message.name, message.args)
  port.postMessage({ id: message.id, reply, stats: file.stats() } satisfies FromQueue)
})
