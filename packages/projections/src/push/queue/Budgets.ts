/** The buckets of the people who were sent something lately, in the queue's file. */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { BudgetBook } from "./books.ts"
import type { Bucket } from "./budget.ts"

export class Budgets implements BudgetBook {
  readonly #bucket: StatementSync
  readonly #keep: StatementSync
  readonly #forget: StatementSync

  constructor(database: DatabaseSync) {
    this.#bucket = database.prepare("SELECT tokens, at FROM budgets WHERE user = ?")
    this.#keep = database.prepare("INSERT OR REPLACE INTO budgets (user, tokens, at) VALUES (?, ?, ?)")
    this.#forget = database.prepare("DELETE FROM budgets WHERE at < ?")
  }

  readonly bucket = (user: string): Bucket | undefined => this.#bucket.get(user) as Bucket | undefined

  readonly keep = (user: string, { tokens, at }: Bucket): void => {
    this.#keep.run(user, tokens, at)
  }

  /** Those that nobody has touched since: they are full. */
  forget(before: number): void {
    this.#forget.run(before)
  }
}
