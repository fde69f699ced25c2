/**
 * The file of the push queue.
 *
 * Always true: a transaction that has returned is on the disk (`synchronous=FULL`). It holds ids, numbers and words of ours: no text,
 * no name, no token.
 */
import { chmodSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

/** Raise it with every change of the tables. A queue is no cache: write the step from the version before. */
const version = 1

/**
 * `collapse_key`: jobs of a device that wait are one for each. `ts`: of the first event in it. `lease`: which of its leases it is, or was
 * last. `read_seq`: what was read while it was in the hands of a sender. A `conversation` of '' in `shown` is the push for several.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, position INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, kind TEXT NOT NULL, user TEXT NOT NULL, device TEXT NOT NULL,
    conversation TEXT, collapse_key TEXT NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL, ts INTEGER NOT NULL,
    due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, lease_until INTEGER, read_seq INTEGER NOT NULL DEFAULT -1,
    what TEXT, about TEXT, reason TEXT, parked_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS jobs_waiting ON jobs (user, device, collapse_key) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS jobs_due ON jobs (state, due);
  CREATE INDEX IF NOT EXISTS jobs_security ON jobs (due) WHERE state = 'waiting' AND kind = 'security';
  CREATE INDEX IF NOT EXISTS jobs_oldest ON jobs (state, ts);
  CREATE INDEX IF NOT EXISTS jobs_conversation ON jobs (user, conversation);
  CREATE TABLE IF NOT EXISTS shown (
    user TEXT NOT NULL, conversation TEXT NOT NULL, device TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (user, conversation, device)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS shown_at ON shown (at);
  CREATE TABLE IF NOT EXISTS budgets (user TEXT PRIMARY KEY, tokens REAL NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS budgets_at ON budgets (at);
  CREATE TABLE IF NOT EXISTS decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, device TEXT, kind TEXT NOT NULL, conversation TEXT, seq INTEGER,
    at INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS decisions_user ON decisions (user, id);
`

/** @param file a path, or `:memory:`. Throws when it is no queue of this server's. */
export const openQueueDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file)
  try {
    database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=1000")
    const { user_version: found } = database.prepare("PRAGMA user_version").get() as { user_version: number }
    if (found > version) throw new Error(`${file} was written by a newer version of the server`)
    database.exec(tables)
    database.exec(`PRAGMA user_version=${version}`)
    if (file !== ":memory:") chmodSync(file, 0o600)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}
