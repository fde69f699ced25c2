/** The thread of one read model: follows the embedded log by itself and answers queries. No Effect runtime in here. */
import { parentPort, workerData } from "node:worker_threads"
import { type LogReader, openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { Follower } from "../Follower.ts"
import { setAside } from "../modelFile.ts"
import { modelNamed } from "../modelNamed.ts"
import type { ModelThreadData, ToModel } from "./messages.ts"
import { ModelLoop } from "./ModelLoop.ts"

const port = parentPort!
const { model, file, log } = workerData as ModelThreadData
let reader: LogReader | undefined

const loop = new ModelLoop({
  open: () => new Follower(modelNamed[model], (reader ??= openLogReader(log)), file),
  setAside: () => setAside(file),
  say: (message) => port.postMessage(message),
})

port.on("message", (message: ToModel) => {
  loop.receive(message)
  if (message._tag !== "Close") return
  reader?.close()
  port.close()
})
