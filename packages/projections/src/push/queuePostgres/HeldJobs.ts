/**
 * Jobs of some people, read of the database and locked there: decided on here, written back together.
 *
 * Always true: it holds all jobs that wait or are leased of the people concerned, so looking here is looking there. New ones have
 * numbers below zero until they are written.
 */
import type { JobBook, Joining, NewJob } from "../queue/books.ts"
import type { JobRow } from "../queue/jobRow.ts"

export interface JobChanges {
  readonly removed: ReadonlyArray<number>
  readonly changed: ReadonlyArray<JobRow>
  /** In the order in which they were made. */
  readonly added: ReadonlyArray<JobRow>
  readonly parked: boolean
}

const placeOf = (user: string, device: string, key: string): string => `${user}\0${device}\0${key}`

export class HeldJobs implements JobBook {
  readonly #rows = new Map<number, JobRow>()
  readonly #waiting = new Map<string, number>()
  readonly #ofUser = new Map<string, Set<number>>()
  readonly #removed: Array<number> = []
  readonly #changed = new Set<number>()
  #lastId = 0
  #parked = false

  constructor(rows: ReadonlyArray<JobRow>) {
    for (const row of rows) this.#hold(row)
  }

  get(id: number): JobRow | undefined {
    return this.#rows.get(id)
  }

  waiting(user: string, device: string, key: string): JobRow | undefined {
    const id = this.#waiting.get(placeOf(user, device, key))
    return id === undefined ? undefined : this.#rows.get(id)
  }

  add(job: NewJob): void {
    this.#lastId -= 1
    const fresh = { attempts: 0, read_seq: -1, what: null, about: null, reason: null, parked_at: null }
    this.#hold({ ...fresh, ...job, id: this.#lastId, state: "waiting" })
  }

  join(into: JobRow, more: Joining): void {
    this.#change(into.id, (row) => ({
      seq: Math.max(row.seq, more.seq),
      count: row.count + more.count,
      ts: Math.min(row.ts, more.ts),
      due: Math.max(row.due, more.due),
      attempts: Math.max(row.attempts, more.attempts),
    }))
  }

  wait(id: number, due: number): void {
    this.#change(id, () => ({ state: "waiting", due, reason: null, parked_at: null }))
  }

  park(id: number, reason: string, now: number): void {
    this.#parked = true
    this.#change(id, () => ({ state: "parked", reason, parked_at: now }))
  }

  remove(id: number): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    this.#rows.delete(id)
    this.#ofUser.get(row.user)?.delete(id)
    this.#leavePlace(row)
    if (id > 0) this.#removed.push(id)
  }

  read(user: string, conversation: string, seq: number): ReadonlyArray<JobRow> {
    const gone: Array<JobRow> = []
    for (const id of [...(this.#ofUser.get(user) ?? [])]) {
      const row = this.#rows.get(id)
      if (row === undefined || row.conversation !== conversation) continue
      if (row.state === "leased") this.#change(id, () => ({ read_seq: Math.max(row.read_seq, seq) }))
      else if (row.state === "waiting" && row.kind === "message" && row.seq <= seq) {
        gone.push(row)
        this.remove(id)
      }
    }
    return gone
  }

  changes(): JobChanges {
    const standing = [...this.#rows.values()]
    return {
      removed: this.#removed,
      changed: standing.filter((row) => row.id > 0 && this.#changed.has(row.id)),
      added: standing.filter((row) => row.id < 0),
      parked: this.#parked,
    }
  }

  #hold(row: JobRow): void {
    this.#rows.set(row.id, row)
    if (row.state === "waiting") this.#waiting.set(placeOf(row.user, row.device, row.collapse_key), row.id)
    const own = this.#ofUser.get(row.user) ?? new Set()
    this.#ofUser.set(row.user, own.add(row.id))
  }

  #change(id: number, how: (row: JobRow) => Partial<JobRow>): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    this.#leavePlace(row)
    this.#hold({ ...row, ...how(row) })
    this.#changed.add(id)
  }

  #leavePlace(row: JobRow): void {
    const place = placeOf(row.user, row.device, row.collapse_key)
    if (this.#waiting.get(place) === row.id) this.#waiting.delete(place)
  }
}
