/**
 * What becomes of a batch in the queue: each wanted push a job of its own, or part of one that waits; each reading the end of what it
 * makes needless.
 *
 *   a job of the conversation waits ─► join it
 *   the person's job for several waits ─► join it
 *   a token is left ─► a job of the conversation, due soon
 *   none is left ─► a job for several conversations, due when the next token comes
 *
 * Always true: whatever is wanted is in a job afterwards, or in one for several conversations; nothing is refused here.
 */
import type { PushDecision, ReadElsewhere, Wanted } from "../PushQueue.ts"
import { type Books, severalKey } from "./books.ts"
import { type BudgetRule, takeToken } from "./budget.ts"

export interface Pace {
  readonly budget: BudgetRule
  /** How long the first push of a conversation waits for others to join it, in milliseconds. */
  readonly gatherMs: number
  /** How long after a push the next one of the same conversation goes to the same device. */
  readonly restMs: number
}

type MessageWanted = Extract<Wanted, { readonly kind: "message" }>

export interface Admitted {
  readonly decisions: ReadonlyArray<PushDecision>
  readonly queued: number
  readonly collapsed: number
  readonly overBudget: number
}

/**
 * A push that takes away what is shown. `conversation` empty: what stood for several. Needless where another push of the same key waits:
 * it takes the place.
 */
export const clear = (
  { jobs }: Books,
  what: {
    readonly user: string
    readonly device: string
    readonly conversation: string
    readonly seq: number
    readonly ts: number
  },
  now: number,
): void => {
  const { conversation, ...rest } = what
  const collapse_key = conversation === "" ? severalKey : conversation
  if (jobs.waiting(what.user, what.device, collapse_key) !== undefined) return
  jobs.add({
    ...rest,
    kind: "clear",
    conversation: conversation === "" ? null : conversation,
    collapse_key,
    count: 0,
    due: now,
  })
}

export class Admission {
  readonly #books: Books
  readonly #pace: Pace

  constructor(books: Books, pace: Pace) {
    this.#books = books
    this.#pace = pace
  }

  /** In the order given: what was read is gone before what was written later is wanted. */
  admit(wanted: ReadonlyArray<Wanted>, now: number): Admitted {
    const decisions: Array<PushDecision> = []
    let [queued, collapsed, overBudget] = [0, 0, 0]
    // A message costs one token, whatever the number of devices: when the next one is his.
    const paid = new Map<string, number>()
    for (const one of wanted) {
      const { user, device, kind } = one
      const about = kind === "message" ? { conversation: one.conversation, seq: one.seq } : {}
      const decided = { user, device, kind, ...about, at: now }
      if (one.kind === "security") {
        this.#addSecurity(one, now)
        queued++
        decisions.push({ ...decided, outcome: "queued" })
        continue
      }
      const joined = this.#join(one)
      if (joined !== undefined) {
        collapsed++
        decisions.push({ ...decided, outcome: "collapsed", reason: joined })
        continue
      }
      const from = this.#pay(one, now, paid)
      if (from > now) {
        overBudget++
        this.#add(one, severalKey, from)
        decisions.push({ ...decided, outcome: "collapsed", reason: "over_budget" })
        continue
      }
      const rested = this.#books.shown.at(one.user, one.conversation, one.device) + this.#pace.restMs
      this.#add(one, one.conversation, Math.max(now + this.#pace.gatherMs, rested))
      queued++
      decisions.push({ ...decided, outcome: "queued" })
    }
    return { decisions, queued, collapsed, overBudget }
  }

  /** What waits of it goes; what is shown of it is cleared where it was not read. */
  read({ user, conversation, seq, except, ts }: ReadElsewhere, now: number): ReadonlyArray<PushDecision> {
    const gone = this.#books.jobs.read(user, conversation, seq)
    for (const { conversation: where, device } of this.#books.shown.take(user, conversation, seq))
      if (!except.includes(device)) clear(this.#books, { user, device, conversation: where, seq, ts }, now)
    return gone.map((job) => ({
      user,
      device: job.device,
      kind: "message",
      conversation,
      seq: job.seq,
      at: now,
      outcome: "dropped",
      reason: "read",
    }))
  }

  /** Why it needs no job of its own; `undefined`: it does. */
  #join(one: MessageWanted): string | undefined {
    for (const key of [one.conversation, severalKey]) {
      const waiting = this.#books.jobs.waiting(one.user, one.device, key)
      if (waiting === undefined) continue
      if (waiting.kind === "message") {
        this.#books.jobs.join(waiting, { seq: one.seq, count: 1, ts: one.ts, due: 0, attempts: 0 })
        return key === severalKey ? "over_budget" : "same_conversation"
      }
      // What is new there takes the place of what was to be cleared.
      if (key === one.conversation) this.#books.jobs.remove(waiting.id)
    }
    return undefined
  }

  #pay(one: MessageWanted, now: number, paid: Map<string, number>): number {
    const message = `${one.user}/${one.conversation}/${one.seq}`
    const before = paid.get(message)
    if (before !== undefined) return before
    const bucket = this.#books.budgets.bucket(one.user)
    const { bucket: after, from } = takeToken(this.#pace.budget, bucket, now)
    this.#books.budgets.keep(one.user, after)
    paid.set(message, from)
    return from
  }

  #add(one: MessageWanted, key: string, due: number): void {
    const several = key === severalKey
    // A clearing push under the same key is needless now.
    const waiting = this.#books.jobs.waiting(one.user, one.device, key)
    if (waiting !== undefined) this.#books.jobs.remove(waiting.id)
    const { user, device, conversation, seq, ts } = one
    this.#books.jobs.add({
      kind: "message",
      user,
      device,
      conversation: several ? null : conversation,
      collapse_key: key,
      seq,
      count: 1,
      ts,
      due,
    })
  }

  #addSecurity(one: Extract<Wanted, { readonly kind: "security" }>, now: number): void {
    const { user, device, ts, event, what, about } = one
    if (this.#books.jobs.waiting(user, device, event) !== undefined) return
    this.#books.jobs.add({
      kind: "security",
      user,
      device,
      conversation: null,
      collapse_key: event,
      seq: 0,
      count: 1,
      ts,
      due: now,
      what,
      about,
    })
  }
}
