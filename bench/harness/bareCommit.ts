/** How the bare server keeps a message before it answers: not at all, or by a thread that makes it durable. In the order asked. */
import { Worker } from "node:worker_threads"

export const commitKinds = ["nothing", "thread", "log", "sqlite"] as const
export type CommitKind = (typeof commitKinds)[number]

export const openCommit = (
  kind: CommitKind,
  directory: string,
): ((data: Buffer, done: () => void) => void) => {
  if (kind === "nothing") return (_data, done) => done()
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
