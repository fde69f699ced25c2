/**
 * Hands out jobs: senders of many nodes at once, who never wait for each other.
 *
 * Always true: a row that somebody else is deciding on is passed over, and is found again a moment later.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { JobRow } from "../queue/jobRow.ts"

/** What an earlier sender has let lie, then security, then the longest due. */
export const lease = Effect.fnUntraced(function* (
  sql: PgClient,
  now: number,
  limit: number,
  leaseMs: number,
): Effect.fn.Return<ReadonlyArray<JobRow>, SqlError> {
  // An array, so that the rows are chosen and locked once, whatever the plan.
  const kinds = [
    (room: number) => sql`SELECT id FROM push_jobs WHERE state = 'leased' AND lease_until <= ${now}
      ORDER BY id LIMIT ${room} FOR UPDATE SKIP LOCKED`,
    (
      room: number,
    ) => sql`SELECT id FROM push_jobs WHERE state = 'waiting' AND kind = 'security' AND due <= ${now}
      ORDER BY due, id LIMIT ${room} FOR UPDATE SKIP LOCKED`,
    (
      room: number,
    ) => sql`SELECT id FROM push_jobs WHERE state = 'waiting' AND kind <> 'security' AND due <= ${now}
      ORDER BY due, id LIMIT ${room} FOR UPDATE SKIP LOCKED`,
  ]
  const leased: Array<JobRow> = []
  for (const chosen of kinds) {
    if (leased.length >= limit) break
    const rows = yield* sql<JobRow>`UPDATE push_jobs
      SET state = 'leased', attempts = attempts + 1, lease_until = ${now + leaseMs}
      WHERE id = ANY(ARRAY(${chosen(limit - leased.length)})) RETURNING *`
    leased.push(...rows.toSorted((one, other) => one.due - other.due || one.id - other.id))
  }
  return leased
})

/** When the next job comes due, or a lease runs out. */
export const nextDue = (sql: PgClient): Effect.Effect<number | undefined, SqlError> =>
  Effect.map(
    sql<{ due: number | null }>`SELECT least(
      (SELECT min(due) FROM push_jobs WHERE state = 'waiting'),
      (SELECT min(lease_until) FROM push_jobs WHERE state = 'leased')
    ) AS due`,
    ([row]) => row?.due ?? undefined,
  )
