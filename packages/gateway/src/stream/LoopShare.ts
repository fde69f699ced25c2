/**
 * How much of its time the event loop has been at work lately.
 *
 * Always true: between 0 and 1, an average that forgets half of itself in two samples. Not for: shedding (`limits/Pressure.ts`), which
 * looks at how late the loop is.
 */
import { type EventLoopUtilization, performance } from "node:perf_hooks"

/** Of the latest sample in the average. */
const WEIGHT = 0.3

export class LoopShare {
  #share = 0
  #last: EventLoopUtilization = performance.eventLoopUtilization()

  /** Call it about once a second. */
  sample(): void {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, this.#last)
    this.#last = now
    this.#share += WEIGHT * (utilization - this.#share)
  }

  get busy(): number {
    return this.#share
  }
}
