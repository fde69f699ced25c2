/** The thread of one read model: follows the embedded log by itself and answers queries. No Effect runtime in here. */
import { parentPort, workerData } from "node:worker_threads"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { Follower } from "../Follower.ts"
import { historyModel } from "../historyModel/HistoryModel.ts"
import { membershipModel } from "../membershipModel/MembershipModel.ts"
import type { ModelThreadData, ToModel } from "./messages.ts"
import { ModelLoop } from "./ModelLoop.ts"

const port = parentPort!
const { model, file, log } = workerData as ModelThreadData
const reader = openLogReader(log)
const definition = model === "history" ? historyModel : membershipModel
const loop = new ModelLoop(new Follower(definition, reader, file), (message) => port.postMessage(message))

port.on("message", (message: ToModel) => {
  loop.receive(message)
  if (message._tag !== "Close") return
  reader.close()
  port.close()
})
