/**
 * What devices show of some conversations, and the buckets of some people: read of the database, decided on here, written back together.
 *
 * Always true: it holds every line of the conversations concerned, and of the push for several.
 */
import type { BudgetBook, ShownBook } from "../queue/books.ts"
import type { Bucket } from "../queue/budget.ts"
import { keptMs, several } from "../queue/Shown.ts"

export interface ShownRow {
  readonly user: string
  readonly conversation: string
  readonly device: string
  readonly seq: number
  readonly at: number
}

const nameOf = (conversation: string, device: string): string => `${conversation}\0${device}`

export class HeldShown implements ShownBook {
  readonly #ofUser = new Map<string, Map<string, ShownRow>>()
  readonly #put = new Map<string, ShownRow>()
  readonly #taken = new Map<string, ShownRow>()

  constructor(rows: ReadonlyArray<ShownRow>) {
    for (const row of rows) this.#lines(row.user).set(nameOf(row.conversation, row.device), row)
  }

  put(user: string, conversation: string | null, device: string, seq: number, now: number): void {
    const place = conversation ?? several
    const lines = this.#lines(user)
    const before = lines.get(nameOf(place, device))?.seq ?? 0
    const row: ShownRow = {
      ...{ user, conversation: place, device, at: now },
      seq: conversation === null ? 0 : Math.max(before, seq),
    }
    lines.set(nameOf(place, device), row)
    this.#put.set(`${user}\0${nameOf(place, device)}`, row)
    this.#taken.delete(`${user}\0${nameOf(place, device)}`)
  }

  at(user: string, conversation: string, device: string): number {
    return this.#lines(user).get(nameOf(conversation, device))?.at ?? -keptMs
  }

  take(user: string, conversation: string, seq: number): ReadonlyArray<ShownRow> {
    const lines = this.#lines(user)
    const taken = [...lines.values()].filter(
      (row) => row.conversation === several || (row.conversation === conversation && row.seq <= seq),
    )
    for (const row of taken) {
      const name = nameOf(row.conversation, row.device)
      lines.delete(name)
      this.#put.delete(`${user}\0${name}`)
      this.#taken.set(`${user}\0${name}`, row)
    }
    return taken
  }

  changes(): { readonly put: ReadonlyArray<ShownRow>; readonly taken: ReadonlyArray<ShownRow> } {
    return { put: [...this.#put.values()], taken: [...this.#taken.values()] }
  }

  #lines(user: string): Map<string, ShownRow> {
    const lines = this.#ofUser.get(user) ?? new Map<string, ShownRow>()
    this.#ofUser.set(user, lines)
    return lines
  }
}

export interface BudgetRow extends Bucket {
  readonly user: string
}

export class HeldBudgets implements BudgetBook {
  readonly #buckets: Map<string, Bucket>
  readonly #kept = new Map<string, Bucket>()

  constructor(rows: ReadonlyArray<BudgetRow>) {
    this.#buckets = new Map(rows.map(({ user, tokens, at }) => [user, { tokens, at }]))
  }

  bucket(user: string): Bucket | undefined {
    return this.#buckets.get(user)
  }

  keep(user: string, bucket: Bucket): void {
    this.#buckets.set(user, bucket)
    this.#kept.set(user, bucket)
  }

  changes(): ReadonlyArray<BudgetRow> {
    return Array.from(this.#kept, ([user, bucket]) => ({ user, ...bucket }))
  }
}
