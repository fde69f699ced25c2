/** The course of one rebuild: how far it has come, and how fast. */
import type { Position } from "@parley/runtime/EventStore"
import type { RebuildProgress } from "../Rebuilds.ts"

/** Over how much time the rate is taken. */
const windowMs = 5_000

export class Course {
  readonly #projection: string
  readonly #samples: Array<{ readonly at: number; readonly position: Position }> = []
  #state: RebuildProgress["state"] = "running"
  #detail: string | undefined = "building beside the running model"
  #applied: Position = -1

  constructor(projection: string) {
    this.#projection = projection
  }

  get running(): boolean {
    return this.#state === "running"
  }

  /** `now` in milliseconds, from any clock that only rises. */
  moved(position: Position, now: number): void {
    this.#applied = Math.max(this.#applied, position)
    this.#samples.push({ at: now, position })
    while (this.#samples.length > 2 && this.#samples[0]!.at < now - windowMs) this.#samples.shift()
  }

  takesOver(): void {
    this.#detail = "taking over"
  }

  done(position: Position): void {
    this.#state = "done"
    this.#detail = undefined
    this.#applied = Math.max(this.#applied, position)
  }

  failed(reason: string): void {
    this.#state = "failed"
    this.#detail = reason
  }

  /** Positions begin at 0, so one more than the last is how many there are. */
  progress(head: Position): RebuildProgress {
    const [applied, rate] = [this.#applied + 1, this.#rate()]
    const total = Math.max(head + 1, applied)
    const left = this.running && rate > 0 ? (total - applied) / rate : undefined
    return {
      projection: this.#projection,
      state: this.#state,
      applied,
      total,
      rate_per_second: Math.round(rate),
      ...(left === undefined ? undefined : { eta_seconds: Math.ceil(left) }),
      ...(this.#detail === undefined ? undefined : { detail: this.#detail }),
    }
  }

  #rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined || last.at <= first.at) return 0
    return ((last.position - first.position) * 1_000) / (last.at - first.at)
  }
}
