/**
 * A copy of a database as of one moment, taken while others write to it.
 *
 * Always true: the target is new, readable by its owner alone, checked, and on the disk when this returns; after a failure there is
 * none. Synchronous: a large file belongs in a thread of its own.
 */
import { closeSync, fsyncSync, openSync, rmSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"

const sync = (path: string, flags: string): void => {
  const handle = openSync(path, flags)
  fsyncSync(handle)
  closeSync(handle)
}

/** Throws what the operating system or SQLite said, and when the target exists. */
export const copyDatabase = (file: string, target: string): void => {
  // Fails when the target exists; SQLite fills an empty file.
  closeSync(openSync(target, "wx", 0o600))
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      database.exec("PRAGMA busy_timeout = 5000")
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
