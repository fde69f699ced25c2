/**
 * The thread of one backup: copies the log as of one moment into a new file, which is whole and fsynced before it answers.
 *
 * Always true: appends go on meanwhile; the WAL grows by what they write until the copy is done.
 */
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"
import { reasonOf } from "./sqliteFailure.ts"

export interface BackupOptions {
  readonly file: string
  readonly target: string
}
/** `undefined`: done. */
export type BackupAnswer = string | undefined

const sync = (path: string, flags: string): void => {
  const handle = openSync(path, flags)
  fsyncSync(handle)
  closeSync(handle)
}

const copy = ({ file, target }: BackupOptions): void => {
  // Fails when the target exists; SQLite fills an empty file.
  closeSync(openSync(target, "wx", 0o600))
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      database.prepare("VACUUM INTO ?").run(target)
    } finally {
      database.close()
    }
    const copied = new DatabaseSync(target, { readOnly: true })
    try {
      const check = copied.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]
      if (check !== "ok") throw new Error(`the copy is damaged: ${String(check)}`)
    } finally {
      copied.close()
    }
    sync(target, "r+")
    sync(dirname(target), "r")
  } catch (cause) {
    rmSync(target, { force: true })
    throw cause
  }
}

const answer = (): BackupAnswer => {
  try {
    copy(workerData as BackupOptions)
    return undefined
  } catch (cause) {
    return reasonOf(cause)
  }
}

parentPort!.postMessage(answer())
