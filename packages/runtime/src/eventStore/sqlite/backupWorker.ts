/** The thread of one backup. Always true: appends go on meanwhile; the WAL grows by what they write until the copy is done. */
import { parentPort, workerData } from "node:worker_threads"
import { copyDatabase } from "../../copyDatabase.ts"
import { reasonOf } from "./sqliteFailure.ts"

export interface BackupOptions {
  readonly file: string
  readonly target: string
}
/** `undefined`: done. */
export type BackupAnswer = string | undefined

const answer = (): BackupAnswer => {
  const { file, target } = workerData as BackupOptions
  try {
    copyDatabase(file, target)
    return undefined
  } catch (cause) {
    return reasonOf(cause)
  }
}

parentPort!.postMessage(answer())
