/**
 * Whether one connection keeps up with what it is sent (protocol, section 4, "Slow consumers").
 *
 *   flowing ── over 1 MiB waiting, or a byte waiting for 15 s ──▶ stopped: live frames stop
 *      ▲                                                          │   │
 *      └─ drained to 64 KiB, and what waited too long is gone ────┘   └── 30 s later still over: close 4008
 *
 * Always true: it only judges; what is done about it is the caller's. All times are milliseconds, all sizes bytes.
 */
export const STOP_BYTES = 1_048_576
export const RESUME_BYTES = 65_536
export const STOP_AFTER_MS = 15_000
export const CLOSE_AFTER_MS = 30_000

export type Verdict = "keep" | "stop" | "resume" | "close"

export class Flow {
  /** Ever queued for the connection. */
  total = 0
  /** -1 while flowing. */
  #stoppedAt = -1
  /** What had been queued at `#markAt`; once all of it is drained a new mark is set. */
  #mark = -1
  #markAt = 0
  /** How much must be drained before it flows again. */
  #owed = 0

  get stopped(): boolean {
    return this.#stoppedAt >= 0
  }

  /** @param waiting bytes queued that the kernel has not taken. */
  judge(waiting: number, now: number): Verdict {
    if (waiting === 0) this.#mark = -1
    else if (this.#mark < 0 || this.total - waiting >= this.#mark) {
      this.#mark = this.total
      this.#markAt = now
    }
    if (this.#stoppedAt < 0) {
      const tooOld = this.#mark >= 0 && now - this.#markAt >= STOP_AFTER_MS
      if (waiting <= STOP_BYTES && !tooOld) return "keep"
      this.#stoppedAt = now
      this.#owed = tooOld ? this.#mark : 0
      return "stop"
    }
    if (waiting <= RESUME_BYTES && this.total - waiting >= this.#owed) {
      this.#stoppedAt = -1
      this.#mark = -1
      return "resume"
    }
    return now - this.#stoppedAt >= CLOSE_AFTER_MS ? "close" : "keep"
  }
}
