/**
 * How often somebody's typing is told: once in `typing_interval_ms` for each user and conversation; a stop when a start was shown.
 *
 * Always true: what is over the limit is dropped without an answer. Bounded: entries last as long as what was shown; when there are
 * too many, typing is dropped. Of one gateway: who types on two at a time is told of twice as often.
 */

/** How long a start is shown by who gets it. */
export const TYPING_EXPIRES_MS = 6_000
const MOST = 50_000

interface Start {
  readonly at: number
  shown: boolean
}

export class TypingThrottle {
  /** The earliest first. */
  readonly #starts = new Map<string, Start>()
  readonly #intervalMs: number
  readonly #most: number

  constructor(intervalMs: number, most = MOST) {
    this.#intervalMs = intervalMs
    this.#most = most
  }

  get size(): number {
    return this.#starts.size
  }

  /** @param now milliseconds. */
  take(user: string, conversation: string, state: "start" | "stop", now: number): boolean {
    this.#forget(now)
    const key = `${conversation} ${user}`
    const last = this.#starts.get(key)
    if (state === "stop") {
      if (last?.shown !== true || now - last.at >= TYPING_EXPIRES_MS) return false
      last.shown = false
      return true
    }
    if (last !== undefined && now - last.at < this.#intervalMs) return false
    if (last === undefined && this.#starts.size >= this.#most) return false
    this.#starts.delete(key)
    this.#starts.set(key, { at: now, shown: true })
    return true
  }

  #forget(now: number): void {
    const until = now - Math.max(this.#intervalMs, TYPING_EXPIRES_MS)
    for (const [key, { at }] of this.#starts) {
      if (at > until) return
      this.#starts.delete(key)
    }
  }
}
