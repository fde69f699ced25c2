/**
 * The push queue in a SQLite file: the same in its worker thread and, for tests, in the main one.
 *
 * Always true: each call is one transaction. Whoever opens the file is its only user (one process for each data directory), so jobs
 * that an earlier process had leased wait again at once.
 */
import type { DatabaseSync } from "node:sqlite"
import type { Position } from "@parley/runtime/EventStore"
import type { ParkedJob, PushBatch, PushDecision, PushJob, PushQueueStats, Settlement } from "../PushQueue.ts"
import { Admission, type Pace } from "./Admission.ts"
import { Budgets } from "./Budgets.ts"
import type { Books } from "./books.ts"
import { fullAfterMs } from "./budget.ts"
import { QueueCounters } from "./QueueCounters.ts"
import { Decisions } from "./Decisions.ts"
import { toJob, toParked } from "./jobRow.ts"
import { Jobs } from "./Jobs.ts"
import { PositionMoved, QueueFull } from "./refusals.ts"
import { letGo, settle } from "./Settling.ts"
import { Shown } from "./Shown.ts"
import { openQueueDatabase } from "./tables.ts"
import { inTransaction } from "../../inTransaction.ts"

export interface QueueFileOptions extends Pace {
  /** A path, or `:memory:`. */
  readonly file: string
  /** Jobs that wait: beyond these a batch is refused. */
  readonly mostJobs: number
}

export class QueueFile {
  readonly #options: QueueFileOptions
  readonly #database: DatabaseSync
  readonly #jobs: Jobs
  readonly #shown: Shown
  readonly #budgets: Budgets
  readonly #books: Books
  readonly #admission: Admission
  readonly #decisions: Decisions
  readonly #counters = new QueueCounters()
  #position: Position = -1

  constructor(options: QueueFileOptions) {
    this.#options = options
    this.#database = openQueueDatabase(options.file)
    this.#jobs = new Jobs(this.#database)
    this.#shown = new Shown(this.#database)
    this.#budgets = new Budgets(this.#database)
    this.#books = { jobs: this.#jobs, shown: this.#shown, budgets: this.#budgets }
    this.#admission = new Admission(this.#books, options)
    this.#decisions = new Decisions(this.#database)
    inTransaction(this.#database, () => {
      for (const job of this.#jobs.allLeased()) letGo(this.#books, job, 0)
    })
  }

  resume(epoch: string, head: Position): Position {
    return inTransaction(this.#database, () => {
      const place = this.#database.prepare("SELECT epoch, position FROM place").get() as
        | { epoch: string; position: number }
        | undefined
      if (place !== undefined && place.epoch === epoch && place.position <= head)
        return (this.#position = place.position)
      if (place !== undefined && place.epoch !== epoch) {
        this.#jobs.clear()
        this.#shown.clear()
      }
      this.#database
        .prepare("INSERT OR REPLACE INTO place (one, epoch, position) VALUES (1, ?, ?)")
        .run(epoch, head)
      return (this.#position = head)
    })
  }

  /** Throws `QueueFull` and `PositionMoved`; nothing of the batch is kept then. */
  enqueue(batch: PushBatch): void {
    const { epoch, from, to, now, wanted, read, suppressed } = batch
    const admitted = inTransaction(this.#database, () => {
      const moved = this.#database
        .prepare("UPDATE place SET position = ? WHERE epoch = ? AND position = ?")
        .run(to, epoch, from)
      if (moved.changes !== 1) throw new PositionMoved(from)
      this.#shown.forget(now)
      this.#budgets.forget(now - fullAfterMs(this.#options.budget))
      const added = this.#admission.admit(wanted, now)
      const gone = read.flatMap((one) => this.#admission.read(one, now))
      const waiting = this.#jobs.count("waiting")
      if (added.queued + added.overBudget > 0 && waiting > this.#options.mostJobs)
        throw new QueueFull(waiting)
      this.#decisions.write([...suppressed, ...added.decisions, ...gone])
      return { ...added, gone: gone.length }
    })
    this.#position = to
    this.#counters.admitted(admitted, suppressed)
  }

  lease(
    now: number,
    limit: number,
    leaseMs: number,
  ): { readonly jobs: ReadonlyArray<PushJob>; readonly nextDue?: number } {
    return inTransaction(this.#database, () => {
      const jobs = this.#jobs.due(now, limit).map(({ id }) => toJob(this.#jobs.lease(id, now + leaseMs)))
      const nextDue = jobs.length < limit ? this.#jobs.nextDue() : now
      return { jobs, ...(nextDue === undefined ? {} : { nextDue }) }
    })
  }

  settle(now: number, settlements: ReadonlyArray<Settlement>): void {
    const settled = inTransaction(this.#database, () =>
      settlements.flatMap((one) => {
        const job = this.#jobs.leased(one.id, one.lease)
        if (job === undefined) return []
        this.#decisions.write([settle(this.#books, job, one, now)])
        return [{ job, one }]
      }),
    )
    for (const { job, one } of settled) this.#counters.settled(job.kind, one)
  }

  retryParked(id: number, now: number): boolean {
    return inTransaction(this.#database, () => {
      const job = this.#jobs.takeParked(id)
      if (job !== undefined) letGo(this.#books, job, now)
      return job !== undefined
    })
  }

  parked(limit: number): ReadonlyArray<ParkedJob> {
    return this.#jobs.parked(limit).map(toParked)
  }

  decisionsOf(user: string, limit: number): ReadonlyArray<PushDecision> {
    return this.#decisions.ofUser(user, limit)
  }

  stats(): PushQueueStats {
    const oldestTs = this.#jobs.oldestTs()
    return {
      ...this.#counters.read(),
      position: this.#position,
      waiting: this.#jobs.count("waiting"),
      leased: this.#jobs.count("leased"),
      parked: this.#jobs.count("parked"),
      ...(oldestTs === undefined ? {} : { oldestTs }),
    }
  }

  close(): void {
    this.#database.close()
  }
}
