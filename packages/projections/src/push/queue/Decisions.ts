/**
 * What was decided of pushes, the last 100,000 lines of it, for whoever asks about his own.
 *
 * Always true: bounded; the oldest go first. Counters are since the process started.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { PushDecision } from "../PushQueue.ts"
import { present } from "./present.ts"

const kept = 100_000

export class Decisions {
  readonly #insert: StatementSync
  readonly #trim: StatementSync
  readonly #ofUser: StatementSync

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      "INSERT INTO decisions (user, device, kind, conversation, seq, at, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    this.#trim = database.prepare("DELETE FROM decisions WHERE id <= ? - ?")
    this.#ofUser = database.prepare(
      "SELECT user, device, kind, conversation, seq, at, outcome, reason FROM decisions WHERE user = ? ORDER BY id DESC LIMIT ?",
    )
  }

  /** In the transaction of whoever decided. */
  write(decisions: ReadonlyArray<PushDecision>): void {
    let last: number | bigint = 0
    for (const { user, device, kind, conversation, seq, at, outcome, reason } of decisions)
      last = this.#insert.run(
        user,
        device ?? null,
        kind,
        conversation ?? null,
        seq ?? null,
        at,
        outcome,
        reason ?? null,
      ).lastInsertRowid
    if (decisions.length > 0) this.#trim.run(last, kept)
  }

  ofUser(user: string, limit: number): ReadonlyArray<PushDecision> {
    return this.#ofUser.all(user, limit).map((row) => present(row) as unknown as PushDecision)
  }
}
