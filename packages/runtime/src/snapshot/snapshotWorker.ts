/**
 * The thread that keeps snapshots in a SQLite file of its own.
 *
 * Always true: the file can be deleted at any time; one of another epoch or format is emptied at start.
 */
import { chmodSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"
import type { Snapshot } from "../SnapshotStore.ts"

export interface SnapshotWorkerData {
  readonly file: string
  readonly epoch: string
}
export type ToSnapshotWorker =
  | { readonly _tag: "Save"; readonly snapshots: ReadonlyArray<Snapshot> }
  | {
      readonly _tag: "Load"
      readonly id: number
      readonly stream: string
      readonly version: number
    }
  | { readonly _tag: "Close" }
export type FromSnapshotWorker =
  | { readonly _tag: "Loaded"; readonly id: number; readonly snapshot: Snapshot | undefined }
  | { readonly _tag: "Saved"; readonly count: number }

const { file, epoch } = workerData as SnapshotWorkerData
const port = parentPort!
const database = new DatabaseSync(file)
chmodSync(file, 0o600)
// NORMAL may forget the last snapshots when the power goes, which costs a longer tail and nothing else.
database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000")
database.exec(`
  CREATE TABLE IF NOT EXISTS epoch (name TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS snapshots (
    stream TEXT PRIMARY KEY, revision INTEGER NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`)
if (database.prepare("SELECT name FROM epoch WHERE name = ?").get(epoch) === undefined) {
  database.exec("BEGIN; DELETE FROM snapshots; DELETE FROM epoch")
  database.prepare("INSERT INTO epoch (name) VALUES (?)").run(epoch)
  database.exec("COMMIT")
}
const insert = database.prepare(
  `INSERT INTO snapshots (stream, revision, version, state) VALUES (?, ?, ?, ?)
   ON CONFLICT (stream) DO UPDATE SET revision = excluded.revision, version = excluded.version, state = excluded.state`,
)
const select = database.prepare(
  "SELECT stream, revision, version, state FROM snapshots WHERE stream = ? AND version = ?",
)

const save = (snapshots: ReadonlyArray<Snapshot>): void => {
  database.exec("BEGIN")
  try {
    for (const { stream, revision, version, state } of snapshots) insert.run(stream, revision, version, state)
    database.exec("COMMIT")
  } catch {
    // A full disk: the cache stays as it was.
    database.exec("ROLLBACK")
  }
}

port.on("message", (message: ToSnapshotWorker) => {
  switch (message._tag) {
    case "Save": {
      save(message.snapshots)
      port.postMessage({
        _tag: "Saved",
        count: message.snapshots.length,
      } satisfies FromSnapshotWorker)
      return
    }
    case "Load": {
      const snapshot = select.get(message.stream, message.version) as Snapshot | undefined
      port.postMessage({ _tag: "Loaded", id: message.id, snapshot } satisfies FromSnapshotWorker)
      return
    }
    case "Close": {
      database.close()
      port.close()
    }
  }
})
