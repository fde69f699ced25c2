/**
 * Opens the vault's SQLite file, or says why not.
 *
 * Always true: a file that is not a sound vault of a known version is left exactly as it was found.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { StoreRefused } from "../errors.ts"

/** "PKEY", at byte 68 of the file. */
const applicationId = 0x504b4559
const formatVersion = 1

export interface Refusal {
  readonly reason: StoreRefused["reason"]
  readonly detail: string
}

export type OpenedVault =
  | { readonly _tag: "Opened"; readonly database: DatabaseSync }
  | { readonly _tag: "Refused"; readonly refusal: Refusal }

const refused = (reason: Refusal["reason"], detail: string): OpenedVault => ({
  _tag: "Refused",
  refusal: { reason, detail },
})

/** Reads the header without SQLite, which might recover, and so change, a file that is not ours. `undefined`: a new or empty file. */
const refusalByHeader = (file: string): OpenedVault | undefined => {
  if (!existsSync(file)) return undefined
  const descriptor = openSync(file, "r")
  try {
    const { size } = fstatSync(descriptor)
    if (size === 0) return undefined
    const header = Buffer.alloc(100)
    const read = readSync(descriptor, header, 0, 100, 0)
    if (read < 100 || header.toString("latin1", 0, 16) !== "SQLite format 3\0")
      return refused("foreign", "not a SQLite file")
    if (header.readUInt32BE(68) !== applicationId)
      return refused("foreign", "a SQLite file of something else")
    const version = header.readUInt32BE(60)
    if (version > formatVersion)
      return refused("newer_version", `format ${version}, this program knows ${formatVersion}`)
    return undefined
  } finally {
    closeSync(descriptor)
  }
}

/** In one transaction and before the write-ahead log is switched on: a crash leaves an empty file or a whole vault. */
const create = (database: DatabaseSync, file: string): void => {
  database.exec(`
    BEGIN EXCLUSIVE;
    CREATE TABLE keys (owner TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE destroyed (number INTEGER PRIMARY KEY, owner TEXT NOT NULL UNIQUE, at INTEGER NOT NULL) STRICT;
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${formatVersion};
    COMMIT;
  `)
  const directory = openSync(dirname(file), "r")
  fsyncSync(directory)
  closeSync(directory)
}

const prepare = (database: DatabaseSync, file: string): OpenedVault => {
  database.exec("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA busy_timeout = 1000")
  if (database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined) create(database, file)
  const check = database.prepare("PRAGMA quick_check(1)").get()
  if (check?.["quick_check"] !== "ok") return refused("corrupt", String(check?.["quick_check"]))
  const journal = database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"]
  const synchronous = database.prepare("PRAGMA synchronous").get()?.["synchronous"]
  if (journal !== "wal" || synchronous !== 2)
    return refused("not_durable", `journal_mode ${String(journal)}, synchronous ${String(synchronous)}`)
  return { _tag: "Opened", database }
}

/** Throws when the directory cannot be read or written. */
export const openVaultFile = (file: string): OpenedVault => {
  const refusal = refusalByHeader(file)
  if (refusal !== undefined) return refusal
  // SQLite would make it readable for all, and gives its log the file's own mode.
  closeSync(openSync(file, "a", 0o600))
  const database = new DatabaseSync(file)
  try {
    const opened = prepare(database, file)
    if (opened._tag === "Refused") database.close()
    return opened
  } catch (cause) {
    database.close()
    const detail = cause instanceof Error ? cause.message : String(cause)
    if (/malformed|not a database|corrupt/.test(detail)) return refused("corrupt", detail)
    if (/locked|busy/.test(detail)) return refused("in_use", detail)
    throw cause
  }
}
