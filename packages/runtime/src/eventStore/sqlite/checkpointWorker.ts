/**
 * The checkpoint thread: copies what stands in the write-ahead log into the database file while the writer goes on.
 *
 * Always true: it never makes the writer wait (passive checkpoints on a connection of its own), and nothing durable depends on it. When
 * it has caught up the writer begins the write-ahead log anew; were it gone, the writer's own, much rarer checkpoint takes over.
 */
import { statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { workerData } from "node:worker_threads"

/** How often it looks. */
const everyMs = 250
/** Less than this is not worth an fsync of the database. */
const minWalBytes = 4 * 1024 * 1024
/** What the writer adds meanwhile is little after the first round, and the next one may catch up with it. */
const rounds = 3

const { file } = workerData as { readonly file: string }
const database = new DatabaseSync(file, { timeout: 0 })
database.exec("PRAGMA wal_autocheckpoint = 0")
const checkpoint = database.prepare("PRAGMA wal_checkpoint(PASSIVE)")

setInterval(() => {
  try {
    if (statSync(`${file}-wal`).size < minWalBytes) return
    for (let round = 0; round < rounds; round++) {
      const { log, checkpointed } = checkpoint.get() as { log: number; checkpointed: number }
      if (log === checkpointed) return
    }
  } catch {
    // A full disk or a busy file: the next round tries again.
  }
}, everyMs)
