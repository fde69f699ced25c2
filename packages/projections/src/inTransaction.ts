/** One transaction on a connection: committed when the body returns, taken back when it throws, which is thrown on. */
import type { DatabaseSync } from "node:sqlite"

export const inTransaction = <A>(database: DatabaseSync, body: () => A): A => {
  database.exec("BEGIN IMMEDIATE")
  try {
    const result = body()
    database.exec("COMMIT")
    return result
  } catch (cause) {
    if (database.isTransaction) database.exec("ROLLBACK")
    throw cause
  }
}
