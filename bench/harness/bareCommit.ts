/** How the bare server keeps a message before it answers: not at all, or by a thread that makes it durable. In the order asked. */
import { fdatasyncSync, openSync, writevSync } from "node:fs"
import { join } from "node:path"
import { Worker } from "node:worker_threads"

export const commitKinds = ["nothing", "inline", "thread", "log", "sqlite"] as const
export type CommitKind = (typeof commitKinds)[number]

/** By this thread, which does nothing else meanwhile: all that one turn of the loop has read, with one fdatasync. */
const inline = (directory: string): ((data: Buffer, done: () => void) => void) => {
  const file = openSync(join(directory, "log"), "a")
  let written: Array<Buffer> = []
  let waiting: Array<() => void> = []
  const flush = (): void => {
    const [data, dones] = [written, waiting]
    written = []
    waiting = []
    writevSync(file, data)
    fdatasyncSync(file)
    for (const done of dones) done()
  }
  return (data, done) => {
    written.push(data)
    if (waiting.push(done) === 1) setImmediate(flush)
  }
}

export const openCommit = (
  kind: CommitKind,
  directory: string,
): ((data: Buffer, done: () => void) => void) => {
  if (kind === "nothing") return (_data, done) => done()
  if (kind === "inline") return inline(directory)
  const worker = new Worker(new URL("./bareCommitWorker.ts", import.meta.url), {
    workerData: { kind, directory },
  })
  const waiting: Array<() => void> = []
  worker.on("message", () => waiting.shift()!())
  return (data, done) => {
    waiting.push(done)
    worker.postMessage(data)
  }
}
