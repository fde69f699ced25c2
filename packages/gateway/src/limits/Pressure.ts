/**
 * What this process gives up at the moment: samples of the event loop and the store, twice a second, through `Shedding.ts`.
 *
 * Always true: asking costs an array look-up. Until somebody samples, nothing is given up.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { calm, given, type Sample, step, type Thresholds } from "./Shedding.ts"
import { type Sheddable, shedOrder } from "./shedOrder.ts"

const SAMPLE_EVERY_MS = 500
const RESOLUTION_MS = 10

export class Pressure {
  #state = calm
  #rises = 0
  readonly #thresholds: Thresholds | undefined

  constructor(thresholds?: Thresholds) {
    this.#thresholds = thresholds
  }

  /** 0: nothing is given up; `shedOrder.length`: new connections too. */
  get level(): number {
    return this.#state.level
  }

  /** How often the level rose. */
  get rises(): number {
    return this.#rises
  }

  readonly sheds = (what: Sheddable): boolean =>
    this.#state.level > 0 && shedOrder.indexOf(what) < this.#state.level

  given(): ReadonlyArray<Sheddable> {
    return given(this.#state)
  }

  take(sample: Sample): void {
    const before = this.#state.level
    this.#state = step(this.#state, sample, this.#thresholds)
    if (this.#state.level > before) this.#rises++
  }

  /** Samples until the scope ends. */
  watch(storeWaiting: () => number): Effect.Effect<void, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => {
        const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
        delay.enable()
        const timer = setInterval(() => {
          const { mean } = delay
          delay.reset()
          // The histogram holds the whole time between two wakings, of which the resolution was meant.
          const loopDelayMs = Number.isFinite(mean) ? Math.max(0, mean / 1e6 - RESOLUTION_MS) : 0
          this.take({ at: performance.now(), loopDelayMs, storeWaiting: storeWaiting() })
        }, SAMPLE_EVERY_MS)
        return { delay, timer }
      }),
      ({ delay, timer }) =>
        Effect.sync(() => {
          clearInterval(timer)
          delay.disable()
        }),
    ).pipe(Effect.asVoid)
  }
}
