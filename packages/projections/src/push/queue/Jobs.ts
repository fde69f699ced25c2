/**
 * The rows of the queue: which jobs wait, which are in the hands of a sender, which are parked.
 *
 * Always true: of one device and collapse key at most one job waits.
 * Not for: transactions; whoever calls has one open.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { JobBook, Joining, NewJob } from "./books.ts"
import type { JobRow } from "./jobRow.ts"

const mostParked = 10_000

const statements = (database: DatabaseSync) => {
  const prepare = (sql: string): StatementSync => database.prepare(sql)
  return {
    insert: prepare(
      `INSERT INTO jobs (state, kind, user, device, conversation, collapse_key, seq, count, ts, due, what, about)
       VALUES ('waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    waiting: prepare(
      "SELECT * FROM jobs WHERE state = 'waiting' AND user = ? AND device = ? AND collapse_key = ?",
    ),
    join: prepare(
      `UPDATE jobs SET seq = max(seq, ?), count = count + ?, ts = min(ts, ?), due = max(due, ?), attempts = max(attempts, ?)
       WHERE id = ?`,
    ),
    lapsed: prepare("SELECT * FROM jobs WHERE state = 'leased' AND lease_until <= ? ORDER BY id LIMIT ?"),
    security: prepare(
      "SELECT * FROM jobs WHERE state = 'waiting' AND kind = 'security' AND due <= ? ORDER BY due LIMIT ?",
    ),
    due: prepare(
      `SELECT * FROM jobs WHERE state = 'waiting' AND due <= ? AND kind <> 'security' ORDER BY state, due, id LIMIT ?`,
    ),
    nextDue: prepare("SELECT min(due) AS due FROM jobs WHERE state = 'waiting'"),
    nextLapse: prepare("SELECT min(lease_until) AS due FROM jobs WHERE state = 'leased'"),
    lease: prepare(
      "UPDATE jobs SET state = 'leased', attempts = attempts + 1, lease_until = ? WHERE id = ? RETURNING *",
    ),
    leased: prepare("SELECT * FROM jobs WHERE id = ? AND state = 'leased' AND attempts = ?"),
    allLeased: prepare("SELECT * FROM jobs WHERE state = 'leased'"),
    wait: prepare("UPDATE jobs SET state = 'waiting', due = ?, lease_until = NULL WHERE id = ?"),
    remove: prepare("DELETE FROM jobs WHERE id = ?"),
    park: prepare(
      "UPDATE jobs SET state = 'parked', lease_until = NULL, reason = ?, parked_at = ? WHERE id = ?",
    ),
    takeParked: prepare(
      "UPDATE jobs SET state = 'leased', reason = NULL, parked_at = NULL WHERE id = ? AND state = 'parked' RETURNING *",
    ),
    trimParked: prepare(
      `DELETE FROM jobs WHERE state = 'parked' AND id NOT IN
       (SELECT id FROM jobs WHERE state = 'parked' ORDER BY parked_at DESC, id DESC LIMIT ${mostParked})`,
    ),
    parked: prepare("SELECT * FROM jobs WHERE state = 'parked' ORDER BY parked_at DESC, id DESC LIMIT ?"),
    removeRead: prepare(
      `DELETE FROM jobs WHERE state = 'waiting' AND kind = 'message' AND user = ? AND conversation = ? AND seq <= ?
       RETURNING *`,
    ),
    markRead: prepare(
      "UPDATE jobs SET read_seq = max(read_seq, ?) WHERE state = 'leased' AND user = ? AND conversation = ?",
    ),
    count: prepare("SELECT count(*) AS count FROM jobs WHERE state = ?"),
    oldest: prepare("SELECT min(ts) AS ts FROM jobs WHERE state IN ('waiting', 'leased')"),
    clear: prepare("DELETE FROM jobs"),
  }
}

/** The columns are those of `tables.ts`; SQLite's types know nothing of them. */
const rows = (statement: StatementSync, ...values: ReadonlyArray<string | number>): ReadonlyArray<JobRow> =>
  statement.all(...values) as unknown as ReadonlyArray<JobRow>

export class Jobs implements JobBook {
  readonly #sql: ReturnType<typeof statements>

  constructor(database: DatabaseSync) {
    this.#sql = statements(database)
  }

  waiting(user: string, device: string, key: string): JobRow | undefined {
    return this.#sql.waiting.get(user, device, key) as JobRow | undefined
  }

  add(job: NewJob): void {
    const { kind, user, device, conversation, collapse_key, seq, count, ts, due, what, about } = job
    this.#sql.insert.run(
      kind,
      user,
      device,
      conversation,
      collapse_key,
      seq,
      count,
      ts,
      due,
      what ?? null,
      about ?? null,
    )
  }

  join(into: JobRow, more: Joining): void {
    this.#sql.join.run(more.seq, more.count, more.ts, more.due, more.attempts, into.id)
  }

  /** What an earlier sender has let lie, then security, then the longest due. */
  due(now: number, limit: number): ReadonlyArray<JobRow> {
    const { lapsed, security, due } = this.#sql
    const found = [lapsed, security, due].flatMap((kind) => rows(kind, now, limit))
    return found.slice(0, limit)
  }

  /** When the next job comes due, or a lease runs out. */
  nextDue(): number | undefined {
    const times = [this.#sql.nextDue.get(), this.#sql.nextLapse.get()].flatMap((row) =>
      typeof row?.["due"] === "number" ? [row["due"]] : [],
    )
    return times.length === 0 ? undefined : Math.min(...times)
  }

  lease(id: number, until: number): JobRow {
    return rows(this.#sql.lease, until, id)[0]!
  }

  /** The job while this is still its lease. */
  leased(id: number, lease: number): JobRow | undefined {
    return this.#sql.leased.get(id, lease) as JobRow | undefined
  }

  allLeased(): ReadonlyArray<JobRow> {
    return rows(this.#sql.allLeased)
  }

  remove(id: number): void {
    this.#sql.remove.run(id)
  }

  wait(id: number, due: number): void {
    this.#sql.wait.run(due, id)
  }

  park(id: number, reason: string, now: number): void {
    this.#sql.park.run(reason, now, id)
    this.#sql.trimParked.run()
  }

  /** As if a sender had it still: to be released. */
  takeParked(id: number): JobRow | undefined {
    return this.#sql.takeParked.get(id) as JobRow | undefined
  }

  parked(limit: number): ReadonlyArray<JobRow> {
    return rows(this.#sql.parked, limit)
  }

  read(user: string, conversation: string, seq: number): ReadonlyArray<JobRow> {
    this.#sql.markRead.run(seq, user, conversation)
    return rows(this.#sql.removeRead, user, conversation, seq)
  }

  count(state: JobRow["state"]): number {
    return (this.#sql.count.get(state) as { count: number }).count
  }

  oldestTs(): number | undefined {
    return (this.#sql.oldest.get() as { ts: number | null }).ts ?? undefined
  }

  clear(): void {
    this.#sql.clear.run()
  }
}
