/**
 * The checkpoint thread: copies what stands in the write-ahead log into the database file, and syncs that, while the writer goes on.
 *
 * Always true: it never makes the writer wait (passive checkpoints on a connection of its own), and nothing durable depends on it. When
 * little is left it says so (`caughtUp`), and the writer checkpoints the rest between two commits: only when nothing at all is
 * left does SQLite begin the write-ahead log anew, and beside a busy writer this thread alone never comes that far. Were it gone, the
 * writer's own, much rarer checkpoint would take over.
 */
import { fdatasyncSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { workerData } from "node:worker_threads"

export interface CheckpointOptions {
  readonly file: string
  /**
   * A descriptor of the same file. A passive checkpoint beside a busy writer leaves the database to be synced by the one that
   * completes it. Not opened here: closing any descriptor of the file takes SQLite's locks from the whole process.
   */
  readonly descriptor: number
  /** One number, 1 when the writer should checkpoint what is left. */
  readonly caughtUp: Int32Array
}

/** How often it looks. */
const everyMs = 100
/** Pages in the write-ahead log that are worth an fsync of the database: many of them are the same page again. */
const worthwhile = 8_192
/** So few are left to the writer. */
const few = 256
/** What the writer adds meanwhile becomes less with each round. */
const rounds = 4

const { file, descriptor, caughtUp } = workerData as CheckpointOptions
const database = new DatabaseSync(file, { timeout: 0 })
database.exec("PRAGMA wal_autocheckpoint = 0")
const look = database.prepare("PRAGMA wal_checkpoint(NOOP)")
const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)")

const left = (): number => {
  const { log, checkpointed } = look.get() as { log: number; checkpointed: number }
  return log - checkpointed
}

setInterval(() => {
  try {
    if (left() < worthwhile) return
    for (let round = 0; round < rounds && left() > few; round++) {
      checkpoint.get()
      fdatasyncSync(descriptor)
    }
    Atomics.store(caughtUp, 0, 1)
  } catch {
    // A full disk or a busy file: the next round tries again.
  }
}, everyMs)
