/**
 * The file of the embedded event store: its layout, and the rules by which it is opened.
 *
 * Always true: a file that is not ours, is damaged or was written by a newer version is refused before anything in it changes.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs"
import { chmodSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { eventId } from "../../freshIds.ts"
import { logOpened, logStream } from "../appendRules.ts"

/** "PRLY" in the header of the file. */
const applicationId = 0x50_52_4c_59
const formatVersion = 1

export type Refusal = {
  readonly reason: "corrupt" | "foreign" | "newer_version" | "not_durable"
  readonly detail: string
}

export interface LogFileOptions {
  readonly file: string
  /** `FULL`: every commit is fsynced. `OFF` acknowledges what a power cut forgets: only for showing that a check notices. */
  readonly synchronous: "FULL" | "OFF"
  /** Pages of 4 KiB; for showing what a full disk does. */
  readonly maxPages?: number
}

const layout = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last INTEGER NOT NULL,
    start INTEGER NOT NULL DEFAULT 0,
    soft_deleted INTEGER NOT NULL DEFAULT 0,
    tombstoned INTEGER NOT NULL DEFAULT 0,
    metadata TEXT NOT NULL DEFAULT '{}'
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE TABLE message_keys (
    stream INTEGER NOT NULL,
    sender TEXT NOT NULL,
    client_msg_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    mac TEXT NOT NULL,
    ts INTEGER NOT NULL,
    PRIMARY KEY (stream, sender, client_msg_id)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
`

/** Judges the header without opening the file as a database. `undefined`: ours, or new. */
export const inspect = (file: string): Refusal | undefined => {
  if (!existsSync(file) || statSync(file).size === 0) return undefined
  const header = Buffer.alloc(100)
  const handle = openSync(file, "r")
  const read = readSync(handle, header, 0, 100, 0)
  closeSync(handle)
  if (read < 100 || header.toString("latin1", 0, 16) !== "SQLite format 3\0")
    return { reason: "foreign", detail: "it is not an event log" }
  if (header.readUInt32BE(68) !== applicationId)
    return { reason: "foreign", detail: "it is a database of something else" }
  const version = header.readUInt32BE(60)
  if (version > formatVersion)
    return {
      reason: "newer_version",
      detail: `its format is ${version}, this server knows ${formatVersion}`,
    }
  return undefined
}

/** Below this size the whole file is checked at start: a second at most. Above it, damage shows when a page is read. */
const checkedBytes = 64 * 1024 * 1024

/** Opens for writing, and makes the layout in a new file. Throws `RefusedFile`. */
export class RefusedFile extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.detail)
    this.refusal = refusal
  }
}

export const openLogFile = (options: LogFileOptions): { database: DatabaseSync; epoch: string } => {
  const refusal = inspect(options.file)
  if (refusal !== undefined) throw new RefusedFile(refusal)
  const isNew = !existsSync(options.file) || statSync(options.file).size === 0
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(options.file)
    database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=${options.synchronous};`)
    database.exec(
      "PRAGMA wal_autocheckpoint=2000; PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864",
    )
    if (options.maxPages !== undefined) database.exec(`PRAGMA max_page_count=${options.maxPages}`)
    if (isNew) {
      database.exec(`BEGIN; ${layout} COMMIT`)
      chmodSync(options.file, 0o600)
    } else if (statSync(options.file).size <= checkedBytes) {
      const [check] = database.prepare("PRAGMA quick_check(1)").all() as Array<{ quick_check: string }>
      if (check?.quick_check !== "ok") throw new Error(check?.quick_check)
    }
    const { synchronous } = database.prepare("PRAGMA synchronous").get() as { synchronous: number }
    if (options.synchronous === "FULL" && synchronous !== 2)
      throw new RefusedFile({ reason: "not_durable", detail: "the disk setting did not take" })
    return { database, epoch: epochOf(database) ?? openEpoch(database) }
  } catch (cause) {
    database?.close()
    if (cause instanceof RefusedFile) throw cause
    throw new RefusedFile({
      reason: "corrupt",
      detail: cause instanceof Error ? cause.message : String(cause),
    })
  }
}

/** The id of the latest `LogOpened`. */
export const epochOf = (database: DatabaseSync): string | undefined => {
  const row = database
    .prepare(
      "SELECT data FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?) ORDER BY revision DESC LIMIT 1",
    )
    .get(logStream) as { data: string } | undefined
  return row === undefined ? undefined : (JSON.parse(row.data) as { epoch: string }).epoch
}

/** Begins a new epoch: for a new log, and for one restored from a backup. */
export const openEpoch = (database: DatabaseSync): string => {
  const epoch = eventId()
  database.exec("BEGIN IMMEDIATE")
  database
    .prepare(
      "INSERT INTO streams (name, last) VALUES (?, 0) ON CONFLICT (name) DO UPDATE SET last = last + 1",
    )
    .run(logStream)
  database
    .prepare(
      `INSERT INTO events (position, stream, revision, id, type, data, metadata, created)
       SELECT (SELECT coalesce(max(position) + 1, 0) FROM events), id, last, ?, ?, ?, '{}', ? FROM streams WHERE name = ?`,
    )
    .run(eventId(), logOpened, JSON.stringify({ epoch }), Date.now(), logStream)
  database.exec("COMMIT")
  return epoch
}
