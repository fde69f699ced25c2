/** The thread of one read model: follows the embedded log by itself and answers queries. No Effect runtime in here. */
import { flushCompileCache } from "node:module"
import { parentPort, workerData } from "node:worker_threads"
import { type LogReader, openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { Follower } from "../Follower.ts"
import { setAside } from "../modelFile.ts"
import { modelNamed } from "../modelNamed.ts"
import type { ModelThreadData, ToModel } from "./messages.ts"
import { ModelLoop } from "./ModelLoop.ts"

// This thread's part of what is compiled: as in the main thread, a kill must not make the next start slow.
flushCompileCache()

const port = parentPort!
const { model, file, log, tellTraced = false } = workerData as ModelThreadData
let reader: LogReader | undefined

const loop = new ModelLoop({
  open: () => new Follower(modelNamed[model], (reader ??= openLogReader(log)), file, { tellTraced }),
  setAside: () => setAside(file),
  say: (message) => port.postMessage(message),
})

port.on("message", (message: ToModel) => {
  loop.receive(message)
  if (message._tag !== "Close") return
  reader?.close()
  port.close()
})
