/**
 * The operations of the push queue on Postgres.
 *
 * Always true: each is one transaction. Those that decide (all but leasing) come one after another, on whatever node: two decisions about
 * one person never cross. Leases are measured by the clocks of the nodes that take them: they may differ by less than a lease.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SqlError } from "effect/sql/SqlError"
import type { PostgresFailure } from "@parley/runtime/errors"
import type { Position } from "@parley/runtime/EventStore"
import { byIndex } from "@parley/runtime/postgres/byIndex"
import type { Postgres } from "@parley/runtime/postgres/Postgres"
import type { PushBatch, PushDecision, PushQueueStats, Settlement } from "../PushQueue.ts"
import { Admission, type Pace } from "../queue/Admission.ts"
import { fullAfterMs } from "../queue/budget.ts"
import { type JobRow, toJob, toParked } from "../queue/jobRow.ts"
import type { Answer, Arguments, Operation } from "../queue/messages.ts"
import { present } from "../queue/present.ts"
import { QueueCounters } from "../queue/QueueCounters.ts"
import { PositionMoved, QueueFull } from "../queue/refusals.ts"
import { letGo, settle } from "../queue/Settling.ts"
import { keptMs } from "../queue/Shown.ts"
import { Gathering } from "./Gathering.ts"
import { hold, writeBack, writeDecisions } from "./heldBooks.ts"
import { lease, nextDue } from "./leasing.ts"
import { QueueSize } from "./QueueSize.ts"

export interface PostgresQueueOptions extends Pace {
  /** Jobs that wait: beyond these a batch is refused. */
  readonly mostJobs: number
}

export type QueueFailure = PostgresFailure | QueueFull | PositionMoved

export type Operations = {
  readonly [Name in Operation]: (...args: Arguments<Name>) => Effect.Effect<Answer<Name>, QueueFailure>
}

interface Settled {
  readonly now: number
  readonly settlements: ReadonlyArray<Settlement>
}

/** Of decisions among all advisory locks with two keys: the letters “push”. */
const lockClass = 0x70757368

export class PostgresQueue implements Operations {
  readonly #postgres: Postgres["Service"]
  readonly #options: PostgresQueueOptions
  readonly #counters = new QueueCounters()
  readonly #size: QueueSize
  readonly #settlements: Gathering<Settled, QueueFailure>
  #position: Position = -1

  /** @param scope writes settlements as long as it lasts. */
  constructor(postgres: Postgres["Service"], options: PostgresQueueOptions, scope: Scope.Scope) {
    this.#postgres = postgres
    this.#options = options
    this.#settlements = new Gathering((given) => this.#settleAll(given), scope)
    this.#size = new QueueSize(postgres.sql)
  }

  readonly resume = (epoch: string, head: Position): Effect.Effect<Position, QueueFailure> => {
    const { sql } = this.#postgres
    return this.#deciding(
      Effect.gen(function* () {
        const [place] = yield* sql<{
          epoch: string
          position: number
        }>`SELECT epoch, position FROM push_place`
        if (place !== undefined && place.epoch === epoch && place.position <= head) return place.position
        if (place !== undefined && place.epoch !== epoch) yield* sql`TRUNCATE push_jobs, push_shown`
        yield* sql`INSERT INTO push_place (one, epoch, position) VALUES (1, ${epoch}, ${head})
          ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, position = excluded.position`
        return head
      }),
    ).pipe(Effect.tap((position) => Effect.sync(() => (this.#position = position))))
  }

  readonly enqueue = (batch: PushBatch): Effect.Effect<void, QueueFailure> => {
    const { sql } = this.#postgres
    const { epoch, from, to, now, wanted, read, suppressed } = batch
    const { budget, mostJobs } = this.#options
    const admitting = Effect.gen({ self: this }, function* () {
      const moved = yield* sql`UPDATE push_place SET position = ${to}
        WHERE epoch = ${epoch} AND position = ${from} RETURNING 1`
      if (moved.length === 0) return yield* Effect.fail(new PositionMoved(from))
      yield* sql`DELETE FROM push_shown WHERE at < ${now - keptMs}`
      yield* sql`DELETE FROM push_budgets WHERE at < ${now - fullAfterMs(budget)}`
      const conversations = [...wanted.flatMap((one) => (one.kind === "message" ? [one] : [])), ...read]
      const books = yield* hold(sql, {
        users: [...wanted, ...read].map((one) => one.user),
        conversations,
        spending: wanted.map((one) => one.user),
      })
      const admission = new Admission(books, this.#options)
      const added = admission.admit(wanted, now)
      const gone = read.flatMap((one) => admission.read(one, now))
      yield* writeBack(sql, books)
      if (added.queued + added.overBudget > 0) {
        const { waiting } = yield* this.#size.counted
        if (waiting > mostJobs) return yield* Effect.fail(new QueueFull(waiting))
      }
      yield* writeDecisions(sql, [...suppressed, ...added.decisions, ...gone])
      return { ...added, gone: gone.length }
    })
    return Effect.map(this.#deciding(admitting), (admitted) => {
      this.#position = to
      this.#counters.admitted(admitted, suppressed)
    })
  }

  readonly lease = (now: number, limit: number, leaseMs: number) => {
    const { sql, transaction } = this.#postgres
    return transaction(
      Effect.gen({ self: this }, function* () {
        yield* byIndex(sql)
        const jobs = (yield* lease(sql, now, limit, leaseMs)).map(toJob)
        const next = jobs.length < limit ? yield* nextDue(sql) : now
        yield* this.#size.look
        return { jobs, ...(next === undefined ? {} : { nextDue: next }) }
      }),
    )
  }

  /** Those that come while others are being written go together: a settlement waits for its turn among all nodes. */
  readonly settle = (
    now: number,
    settlements: ReadonlyArray<Settlement>,
  ): Effect.Effect<void, QueueFailure> => this.#settlements.add({ now, settlements })

  #settleAll(given: ReadonlyArray<Settled>): Effect.Effect<void, QueueFailure> {
    const { sql } = this.#postgres
    const all = given.flatMap(({ now, settlements }) => settlements.map((one) => ({ now, one })))
    const settling = Effect.gen(function* () {
      const ids = all.map(({ one }) => BigInt(one.id))
      const concerned = yield* sql<JobRow>`SELECT * FROM push_jobs WHERE id = ANY(${ids})`
      const books = yield* hold(sql, { users: concerned.map((job) => job.user), conversations: concerned })
      const settled = all.flatMap(({ now, one }) => {
        const job = books.jobs.get(one.id)
        if (job?.state !== "leased" || job.attempts !== one.lease) return []
        return [{ one, kind: job.kind, decision: settle(books, job, one, now) }]
      })
      yield* writeBack(sql, books)
      yield* writeDecisions(
        sql,
        settled.map((each) => each.decision),
      )
      return settled
    })
    return Effect.map(this.#deciding(settling), (settled) => {
      for (const { one, kind } of settled) this.#counters.settled(kind, one)
    })
  }

  readonly retryParked = (id: number, now: number): Effect.Effect<boolean, QueueFailure> => {
    const { sql } = this.#postgres
    return this.#deciding(
      Effect.gen(function* () {
        const [parked] = yield* sql<JobRow>`SELECT * FROM push_jobs WHERE id = ${id} AND state = 'parked'`
        if (parked === undefined) return false
        const books = yield* hold(sql, { users: [parked.user], conversations: [], also: id })
        const job = books.jobs.get(id)
        if (job?.state !== "parked") return false
        letGo(books, job, now)
        yield* writeBack(sql, books)
        return true
      }),
    )
  }

  readonly parked = (limit: number) => {
    const { sql, ask } = this.#postgres
    return Effect.map(
      ask(
        sql<JobRow>`SELECT * FROM push_jobs WHERE state = 'parked' ORDER BY parked_at DESC, id DESC LIMIT ${limit}`,
      ),
      (rows) => rows.map(toParked),
    )
  }

  readonly decisionsOf = (user: string, limit: number) => {
    const { sql, ask } = this.#postgres
    return Effect.map(
      ask(sql<PushDecision>`SELECT "user", device, kind, conversation, seq, at, outcome, reason FROM push_decisions
        WHERE "user" = ${user} ORDER BY id DESC LIMIT ${limit}`),
      (rows) => rows.map((row) => present({ ...row }) as unknown as PushDecision),
    )
  }

  readonly stats = (): PushQueueStats => ({
    ...this.#counters.read(),
    position: this.#position,
    ...this.#size.latest,
  })

  /** One after another, in one transaction. */
  #deciding<A, E>(body: Effect.Effect<A, E>): Effect.Effect<A, Exclude<E, SqlError> | PostgresFailure> {
    const { sql, transaction, schema } = this.#postgres
    const alone = sql`SELECT pg_advisory_xact_lock(${lockClass}, hashtext(${schema}))`
    const decided = transaction(
      Effect.andThen(
        alone,
        Effect.tap(body, () => this.#size.look),
      ),
    )
    return decided as Effect.Effect<A, Exclude<E, SqlError> | PostgresFailure>
  }
}
