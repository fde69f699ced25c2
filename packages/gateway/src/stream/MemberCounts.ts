/**
 * How many members the conversations have that people here write to, for the limits that depend on it.
 *
 * Always true: it answers at once, with what it last learned; a count may be some seconds old. Not for: deciding anything else.
 */
import type { History } from "@parley/projections/History"
import * as Effect from "effect/Effect"

const REFRESH_MS = 10_000
const MOST = 20_000

interface Count {
  members: number
  askedAt: number
}

export class MemberCounts {
  readonly #counts = new Map<string, Count>()
  readonly #history: Pick<History["Service"], "view">
  readonly #fork: (effect: Effect.Effect<void>) => void
  readonly #now: () => number

  constructor(
    history: Pick<History["Service"], "view">,
    fork: (effect: Effect.Effect<void>) => void,
    now: () => number,
  ) {
    this.#history = history
    this.#fork = fork
    this.#now = now
  }

  /** 1 until something is known. */
  of(conversation: string, user: string): number {
    const now = this.#now()
    let count = this.#counts.get(conversation)
    if (count === undefined) {
      if (this.#counts.size >= MOST) this.#counts.delete(this.#counts.keys().next().value!)
      count = { members: 1, askedAt: Number.NEGATIVE_INFINITY }
      this.#counts.set(conversation, count)
    }
    if (now - count.askedAt >= REFRESH_MS) {
      count.askedAt = now
      const asked = count
      this.#fork(
        this.#history.view(conversation, user).pipe(
          Effect.map((view) => {
            if (view !== undefined) asked.members = view.conversation.memberCount
          }),
          // The old count serves until the next time.
          Effect.catch(() => Effect.void),
        ),
      )
    }
    return count.members
  }
}
