/**
 * The file of the embedded event store: its layout, and the rules by which it is made and opened.
 *
 * Always true: a file that is not ours, is damaged, or was written by a newer version is refused as it is found: it is judged by its
 * header and through a read-only connection before a writing one is opened. A new file appears whole or not at all.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { StoreRefused } from "../../errors.ts"
import { logOpened, logStream } from "../logOpened.ts"
import { LogWriter } from "./LogWriter.ts"
import { putAppend, type Flat } from "./messages.ts"
import { isBusy, isCorrupt, reasonOf } from "./sqliteFailure.ts"

/** "PRLY", at byte 68 of the file. */
const applicationId = 0x50_52_4c_59
/** 2 added the marks: a file of version 1 gets an empty table of them when it is opened. */
const formatVersion = 2
/** Up to this size every page is checked at start, about 0.3 s; beyond it damage shows when a page is read. */
const fullyCheckedBytes = 64 * 1024 * 1024

export interface Refusal {
  readonly reason: StoreRefused["reason"]
  readonly detail: string
}

export interface LogFileOptions {
  readonly file: string
  readonly synchronous: "FULL" | "OFF"
  /** The size at which the disk counts as full, in pages of 4 KiB. Default: SQLite's own limit. */
  readonly maxPages?: number
}

const marksLayout = `
  CREATE TABLE event_marks (
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (stream, seq, key)
  ) STRICT, WITHOUT ROWID;
`

const layout = `
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    metadata TEXT NOT NULL DEFAULT '{}',
    tombstoned INTEGER NOT NULL DEFAULT 0
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
    conversation INTEGER NOT NULL,
    sender TEXT NOT NULL,
    client_msg_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    mac TEXT NOT NULL,
    ts INTEGER NOT NULL,
    PRIMARY KEY (conversation, sender, client_msg_id)
  ) STRICT, WITHOUT ROWID;
  ${marksLayout}
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
`
const tables = ["events", "events_by_stream", "message_keys", "streams"]

const versionOf = (database: DatabaseSync): number =>
  database.prepare("PRAGMA user_version").get()!["user_version"] as number

/** Thrown by `openLogFile`. */
export class RefusedFile extends Error {
  readonly refusal: Refusal
  constructor(reason: Refusal["reason"], detail: string) {
    super(detail)
    this.refusal = { reason, detail }
  }
}

const syncDirectory = (file: string): void => {
  const directory = openSync(dirname(file), "r")
  fsyncSync(directory)
  closeSync(directory)
}

/** Under another name first, so that a crash leaves no half a log behind. */
const create = (file: string): void => {
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  closeSync(openSync(draft, "wx", 0o600))
  const database = new DatabaseSync(draft)
  try {
    database.exec(`PRAGMA synchronous = FULL; BEGIN; ${layout} COMMIT`)
    openEpoch(database)
  } finally {
    database.close()
  }
  renameSync(draft, file)
  syncDirectory(file)
}

/** Without SQLite, which might recover, and so change, what is not ours. Returns the size in bytes. */
const checkHeader = (file: string): number => {
  const handle = openSync(file, "r")
  try {
    const { size } = fstatSync(handle)
    const header = Buffer.alloc(100)
    const read = readSync(handle, header, 0, 100, 0)
    if (read < 100 || header.toString("latin1", 0, 16) !== "SQLite format 3\0")
      throw new RefusedFile("foreign", "it is not an event log")
    if (header.readUInt32BE(68) !== applicationId)
      throw new RefusedFile("foreign", "it is a database of something else")
    const version = header.readUInt32BE(60)
    if (version > formatVersion)
      throw new RefusedFile("newer_version", `its format is ${version}, this server knows ${formatVersion}`)
    const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
    // A checkpoint cut short leaves a short file, and all that it lacks in the WAL.
    const walStands = existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0
    if (!walStands && size < header.readUInt32BE(28) * pageSize)
      throw new RefusedFile("corrupt", "the file is cut off")
    return size
  } finally {
    closeSync(handle)
  }
}

const checkContent = (file: string, size: number): void => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const names = database.prepare(
      "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name",
    )
    const found = names.all().map((row) => row["name"])
    const expected = versionOf(database) === 1 ? tables : ["event_marks", ...tables]
    if (found.join() !== expected.join()) throw new RefusedFile("corrupt", `it holds ${found.join(", ")}`)
    if (epochOf(database) === undefined) throw new RefusedFile("corrupt", "it does not name its epoch")
    database.prepare("SELECT * FROM events ORDER BY position DESC LIMIT 1000").all()
    if (size > fullyCheckedBytes) return
    const check = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]
    if (check !== "ok") throw new RefusedFile("corrupt", String(check))
  } finally {
    database.close()
  }
}

const openChecked = ({ file, synchronous, maxPages }: LogFileOptions): DatabaseSync => {
  if (existsSync(file)) checkContent(file, checkHeader(file))
  else create(file)
  const database = new DatabaseSync(file)
  try {
    const journal = database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"]
    database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA cache_size = -65536`)
    const level = database.prepare("PRAGMA synchronous").get()?.["synchronous"]
    if (journal !== "wal" || (synchronous === "FULL" && level !== 2))
      throw new RefusedFile("not_durable", `journal_mode ${String(journal)}, synchronous ${String(level)}`)
    database.exec("PRAGMA wal_autocheckpoint = 32768; PRAGMA journal_size_limit = 67108864")
    // After a kill -9 the WAL may hold commits whose fsync never returned. From here on readers see them: make them durable first.
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    if (versionOf(database) === 1)
      database.exec(`BEGIN; ${marksLayout} PRAGMA user_version = ${formatVersion}; COMMIT`)
    if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Opens for writing, made when absent. Throws `RefusedFile`, or what the operating system said. */
export const openLogFile = (options: LogFileOptions): DatabaseSync => {
  try {
    return openChecked(options)
  } catch (cause) {
    if (isCorrupt(cause)) throw new RefusedFile("corrupt", reasonOf(cause))
    if (isBusy(cause)) throw new RefusedFile("in_use", reasonOf(cause))
    throw cause
  }
}

/** The id of the latest `LogOpened`. */
export const epochOf = (database: DatabaseSync): string | undefined =>
  database
    .prepare(
      `SELECT id FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?)
       ORDER BY revision DESC LIMIT 1`,
    )
    .get(logStream)?.["id"] as string | undefined

/** Begins a new epoch, durably. */
export const openEpoch = (database: DatabaseSync): string => {
  const last = database
    .prepare(
      "SELECT max(revision) AS last FROM events WHERE stream = (SELECT id FROM streams WHERE name = ?)",
    )
    .get(logStream)?.["last"] as number | null
  const event = logOpened(Date.now())
  const writes: Flat = [Date.now(), 1]
  putAppend(writes, { stream: logStream, expected: last ?? "no_stream", events: [event] })
  const { others } = new LogWriter(database).commit([writes])
  if (others.length > 0) throw new Error(`the epoch cannot be written: ${others[0]!.join(" ")}`)
  return event.id
}
