/**
 * How much of its time the event loop has been at work lately; resting is no work.
 *
 * Always true: between 0 and 1, an average that forgets half of itself in two samples. Not for: shedding (`limits/Pressure.ts`), which
 * looks at how late the loop is.
 */
import { type EventLoopUtilization, performance } from "node:perf_hooks"
import { loopRestedMs } from "@parley/runtime/loopRest"

/** Of the latest sample in the average. */
const WEIGHT = 0.3

export class LoopShare {
  #share = 0
  #last: EventLoopUtilization = performance.eventLoopUtilization()
  #rested = loopRestedMs()

  /** Call it about once a second. */
  sample(): void {
    const now = performance.eventLoopUtilization()
    const { active, idle } = performance.eventLoopUtilization(now, this.#last)
    const rested = loopRestedMs()
    const worked = Math.max(0, active - (rested - this.#rested))
    this.#last = now
    this.#rested = rested
    this.#share += WEIGHT * (worked / Math.max(1, active + idle) - this.#share)
  }

  get busy(): number {
    return this.#share
  }
}
