/** The thread of one check: a large file takes a while, and Ctrl-C must not wait for it. */
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"

const check = (file: string): string => {
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    database.exec("PRAGMA busy_timeout = 5000")
    return String(database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"])
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

parentPort!.postMessage(check(workerData as string))
