/**
 * The thread of `bareCommit`: each request is made durable by itself, then answered. `thread` only answers, `log` appends to a file and
 * calls fdatasync, `sqlite` commits a row of a table, an entry of its index and one of a table of keys, as the event store does.
 */
import { randomBytes } from "node:crypto"
import { fdatasyncSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"
import type { CommitKind } from "./bareCommit.ts"

const { kind, directory } = workerData as { readonly kind: CommitKind; readonly directory: string }
const streams = 64

const inLog = (): ((data: Uint8Array) => void) => {
  const file = openSync(join(directory, "log"), "a")
  return (data) => {
    writeSync(file, data)
    fdatasyncSync(file)
  }
}

const inSqlite = (): ((data: Uint8Array) => void) => {
  const database = new DatabaseSync(join(directory, "log.db"))
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER, revision INTEGER, data BLOB);
    CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
    CREATE TABLE keys (stream INTEGER, key BLOB, PRIMARY KEY (stream, key)) WITHOUT ROWID`)
  const begin = database.prepare("BEGIN IMMEDIATE")
  const event = database.prepare("INSERT INTO events (stream, revision, data) VALUES (?, ?, ?)")
  const key = database.prepare("INSERT INTO keys VALUES (?, ?)")
  const commit = database.prepare("COMMIT")
  let written = 0
  return (data) => {
    begin.run()
    event.run(written % streams, written, data)
    key.run(written % streams, randomBytes(16))
    commit.run()
    written++
  }
}

const keep = kind === "log" ? inLog() : kind === "sqlite" ? inSqlite() : () => undefined
parentPort!.on("message", (data: Uint8Array) => {
  keep(data)
  parentPort!.postMessage(0)
})
