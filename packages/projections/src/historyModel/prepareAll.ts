/** Statements prepared once, by name. */
import type { DatabaseSync, StatementSync } from "node:sqlite"

export const prepareAll = <Sql extends Readonly<Record<string, string>>>(
  database: DatabaseSync,
  sql: Sql,
): Readonly<Record<keyof Sql, StatementSync>> =>
  Object.fromEntries(Object.entries(sql).map(([name, text]) => [name, database.prepare(text)])) as Record<
    keyof Sql,
    StatementSync
  >
