/**
 * Requests to a thread that wait for their answer, each with its own limit of time.
 *
 * Always true: every request is settled once, by its answer, by its time limit or by the end of the thread.
 */
export class Pending<Reply> {
  readonly #waiting = new Map<number, { settle: (reply: Reply | undefined) => void; until: number }>()
  readonly #timeoutMs: number
  /** While something waits: an idle process is not woken. */
  #sweep: NodeJS.Timeout | undefined
  #nextId = 0

  /** @param timeoutMs after this much time (give or take a quarter of a second) a request is settled with `undefined`. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  get size(): number {
    return this.#waiting.size
  }

  add(settle: (reply: Reply | undefined) => void, timeoutMs = this.#timeoutMs): number {
    const id = this.#nextId++
    this.#sweep ??= setInterval(() => this.#expire(), 250).unref()
    this.#waiting.set(id, { settle, until: performance.now() + timeoutMs })
    return id
  }

  settle(id: number, reply: Reply): void {
    const one = this.#waiting.get(id)
    // Settled already: its time had passed.
    if (one === undefined) return
    this.#waiting.delete(id)
    one.settle(reply)
  }

  /** Nobody will answer any more. */
  end(): void {
    this.#rest()
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const one of waiting) one.settle(undefined)
  }

  #rest(): void {
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  #expire(): void {
    if (this.#waiting.size === 0) return this.#rest()
    const now = performance.now()
    for (const [id, one] of this.#waiting) {
      if (one.until > now) continue
      this.#waiting.delete(id)
      one.settle(undefined)
    }
  }
}
