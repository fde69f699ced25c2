/**
 * The SQLite file of a read model.
 *
 * Always true: losing it costs time, not data. A file that is damaged or no database at all is set aside, and the model starts anew.
 */
import { chmodSync, renameSync, rmSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

const corrupt = 11
const notADatabase = 26

/** SQLite's primary result code; `undefined` for what SQLite did not throw. */
const resultCode = (cause: unknown): number | undefined =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number"
    ? cause.errcode & 0xff
    : undefined

export const isDamage = (cause: unknown): boolean => {
  const code = resultCode(cause)
  return code === corrupt || code === notADatabase
}

/** A full disk, a lock held by another process, an I/O error: waiting may help. */
export const isTrouble = (cause: unknown): boolean => resultCode(cause) !== undefined && !isDamage(cause)

const connect = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file)
  try {
    // NORMAL: after a power cut the last batches are applied again from the checkpoint that survived with their rows.
    database.exec(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000; PRAGMA cache_size=-65536",
    )
    database.exec(`CREATE TABLE IF NOT EXISTS checkpoint (
      name TEXT PRIMARY KEY, version INTEGER NOT NULL, epoch TEXT NOT NULL, position INTEGER NOT NULL) STRICT`)
    if (file !== ":memory:") chmodSync(file, 0o600)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Opens; a damaged file is set aside, and one begun anew. Not for: what the log cannot give back. */
export const openOrBeginAnew = (file: string, connectTo: (file: string) => DatabaseSync): DatabaseSync => {
  try {
    return connectTo(file)
  } catch (cause) {
    if (!isDamage(cause)) throw cause
    setAside(file)
    return connectTo(file)
  }
}

/** @param file a path, or `:memory:`. */
export const openModelFile = (file: string): DatabaseSync => openOrBeginAnew(file, connect)

/** Keeps the latest damaged file beside the new one, for whoever wants to know why. Nobody may have it open. */
export const setAside = (file: string): void => {
  if (file === ":memory:") return
  for (const sidecar of ["-wal", "-shm"]) rmSync(file + sidecar, { force: true })
  renameSync(file, `${file}.damaged`)
}
