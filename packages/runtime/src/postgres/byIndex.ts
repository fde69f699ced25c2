/**
 * Plans for tables that will be larger than they are.
 *
 * Always true: within the transaction, rows are reached by an index where there is one. A session keeps the plan of a statement that it has
 * run five times; made while a table is empty it reads the whole table, and goes on doing so while the table fills, until statistics are taken.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { PgClient } from "@effect/sql-pg/PgClient"

/** To be run first in a transaction, and always: whichever transaction makes the plan makes it so. */
export const byIndex = (sql: PgClient): Effect.Effect<void, SqlError> =>
  Effect.asVoid(
    sql`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true)`,
  )
