/**
 * How late the event loop is: by how much a timer is called after its time.
 *
 * Always true: one timer serves everybody who asks, since waking an idle process costs more than looking; what each reader has seen is
 * forgotten for that reader alone. Not for: how busy the loop is (`stream/LoopShare.ts`).
 */
import { createHistogram } from "node:perf_hooks"
import { Histogram, latencyBounds } from "@parley/runtime/telemetry/Histogram"

/** Each look wakes a process that may have nothing else to do. */
const everyMs = 50

export class LoopDelay {
  /** Seconds. */
  readonly histogram = new Histogram(latencyBounds)
  readonly #sinceScrape = createHistogram()
  #late = 0
  #samples = 0

  /** Samples until the function that it returns is called. */
  start(): () => void {
    let due = performance.now() + everyMs
    const timer = setInterval(() => {
      const now = performance.now()
      this.record(Math.max(0, now - due))
      due = now + everyMs
    }, everyMs).unref()
    return () => clearInterval(timer)
  }

  record(lateMs: number): void {
    this.#late += lateMs
    this.#samples += 1
    this.histogram.record(lateMs / 1_000)
    this.#sinceScrape.record(Math.max(1, Math.round(lateMs * 1e6)))
  }

  /** Milliseconds, on average since this was last asked; 0 without a sample. */
  mean(): number {
    const mean = this.#samples === 0 ? 0 : this.#late / this.#samples
    this.#late = 0
    this.#samples = 0
    return mean
  }

  /** The 99th percentile in milliseconds since this was last asked; 0 without a sample. */
  p99(): number {
    const p99 = this.#sinceScrape.count === 0 ? 0 : this.#sinceScrape.percentile(99) / 1e6
    this.#sinceScrape.reset()
    return p99
  }
}
