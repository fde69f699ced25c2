/**
 * Reads the part of the queue that a batch or some settlements concern, and writes back what was decided on it. A handful of statements,
 * whatever the number of people: a message to ten thousand is one batch.
 *
 * Always true: what was read is locked until the transaction ends. A job that a sender leases meanwhile is waited for, and read as leased.
 * Rows travel as one JSON parameter: arrays of the client's have one type and no nulls.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { PushDecision } from "../PushQueue.ts"
import type { JobRow } from "../queue/jobRow.ts"
import { several } from "../queue/Shown.ts"
import { HeldBudgets, type BudgetRow, HeldShown, type ShownRow } from "./HeldShown.ts"
import { HeldJobs } from "./HeldJobs.ts"

export interface HeldBooks {
  readonly jobs: HeldJobs
  readonly shown: HeldShown
  readonly budgets: HeldBudgets
}

/** `spending`: whose budgets are asked. `also`: one that is parked. */
export interface Concerned {
  readonly users: ReadonlyArray<string>
  readonly spending?: ReadonlyArray<string>
  readonly conversations: ReadonlyArray<{ readonly user: string; readonly conversation: string | null }>
  readonly also?: number
}

export const hold = Effect.fnUntraced(function* (
  sql: PgClient,
  { users, conversations, spending = [], also = 0 }: Concerned,
): Effect.fn.Return<HeldBooks, SqlError> {
  const people = [...new Set(users)]
  const jobs = yield* sql<JobRow>`SELECT * FROM push_jobs
    WHERE ("user" = ANY(${people}) AND state IN ('waiting', 'leased')) OR id = ${also} ORDER BY id FOR UPDATE`
  const places = conversations.flatMap(({ user, conversation }) => [
    { user, conversation: several },
    ...(conversation === null ? [] : [{ user, conversation }]),
  ])
  const shown =
    places.length === 0
      ? []
      : yield* sql<ShownRow>`SELECT shown.*
          FROM json_to_recordset(${JSON.stringify(places)}::json) AS place ("user" text, conversation text)
          CROSS JOIN LATERAL (
            SELECT * FROM push_shown WHERE "user" = place."user" AND conversation = place.conversation OFFSET 0
          ) AS shown`
  const spenders = [...new Set(spending)]
  const budgets =
    spenders.length === 0
      ? []
      : yield* sql<BudgetRow>`SELECT * FROM push_budgets WHERE "user" = ANY(${spenders})`
  return { jobs: new HeldJobs(jobs), shown: new HeldShown(shown), budgets: new HeldBudgets(budgets) }
})

const mostParked = 10_000

const writeJobs = Effect.fnUntraced(function* (
  sql: PgClient,
  jobs: HeldJobs,
): Effect.fn.Return<void, SqlError> {
  const { removed, changed, added, parked } = jobs.changes()
  // First what makes room: of one place one job waits.
  if (removed.length > 0) yield* sql`DELETE FROM push_jobs WHERE id = ANY(${removed.map(BigInt)})`
  if (changed.length > 0)
    yield* sql`UPDATE push_jobs SET state = new.state, seq = new.seq, count = new.count, ts = new.ts, due = new.due,
        attempts = new.attempts, read_seq = new.read_seq, reason = new.reason, parked_at = new.parked_at,
        lease_until = CASE WHEN new.state = 'leased' THEN push_jobs.lease_until END
      FROM json_to_recordset(${JSON.stringify(changed)}::json) AS new (
        id bigint, state text, seq bigint, count bigint, ts bigint, due bigint, attempts bigint, read_seq bigint, reason text,
        parked_at bigint
      )
      WHERE push_jobs.id = new.id`
  if (added.length > 0)
    yield* sql`INSERT INTO push_jobs
        (state, kind, "user", device, conversation, collapse_key, seq, count, ts, due, attempts, what, about)
      SELECT 'waiting', kind, "user", device, conversation, collapse_key, seq, count, ts, due, attempts, what, about
      FROM json_to_recordset(${JSON.stringify(added)}::json) AS new (
        kind text, "user" text, device text, conversation text, collapse_key text, seq bigint, count bigint, ts bigint, due bigint,
        attempts bigint, what text, about text
      )`
  if (parked)
    yield* sql`DELETE FROM push_jobs WHERE state = 'parked' AND id IN (
        SELECT id FROM push_jobs WHERE state = 'parked' ORDER BY parked_at DESC, id DESC OFFSET ${mostParked}
      )`
})

const writeShown = Effect.fnUntraced(function* (
  sql: PgClient,
  shown: HeldShown,
): Effect.fn.Return<void, SqlError> {
  const { put, taken } = shown.changes()
  if (taken.length > 0)
    yield* sql`DELETE FROM push_shown USING json_to_recordset(${JSON.stringify(taken)}::json) AS gone
        ("user" text, conversation text, device text)
      WHERE push_shown."user" = gone."user" AND push_shown.conversation = gone.conversation
        AND push_shown.device = gone.device`
  if (put.length > 0)
    yield* sql`INSERT INTO push_shown ("user", conversation, device, seq, at)
      SELECT * FROM json_to_recordset(${JSON.stringify(put)}::json) AS new
        ("user" text, conversation text, device text, seq bigint, at bigint)
      ON CONFLICT ("user", conversation, device) DO UPDATE SET seq = excluded.seq, at = excluded.at`
})

export const writeBack = Effect.fnUntraced(function* (
  sql: PgClient,
  { jobs, shown, budgets }: HeldBooks,
): Effect.fn.Return<void, SqlError> {
  yield* writeJobs(sql, jobs)
  yield* writeShown(sql, shown)
  const kept = budgets.changes()
  if (kept.length > 0)
    yield* sql`INSERT INTO push_budgets ("user", tokens, at)
      SELECT * FROM json_to_recordset(${JSON.stringify(kept)}::json) AS new
        ("user" text, tokens double precision, at bigint)
      ON CONFLICT ("user") DO UPDATE SET tokens = excluded.tokens, at = excluded.at`
})

const keptDecisions = 100_000

export const writeDecisions = Effect.fnUntraced(function* (
  sql: PgClient,
  decisions: ReadonlyArray<PushDecision>,
): Effect.fn.Return<void, SqlError> {
  if (decisions.length === 0) return
  yield* sql`WITH written AS (
      INSERT INTO push_decisions ("user", device, kind, conversation, seq, at, outcome, reason)
      SELECT * FROM json_to_recordset(${JSON.stringify(decisions)}::json) AS new
        ("user" text, device text, kind text, conversation text, seq bigint, at bigint, outcome text, reason text)
      RETURNING id
    )
    DELETE FROM push_decisions WHERE id <= (SELECT max(id) FROM written) - ${keptDecisions}`
})
