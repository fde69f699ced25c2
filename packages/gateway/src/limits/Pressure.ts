/**
 * What this process gives up at the moment: samples of the event loop and the store, twice a second, through `Shedding.ts`.
 *
 * Always true: asking costs an array look-up. Until somebody samples, nothing is given up.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { LoopDelay } from "./LoopDelay.ts"
import { calm, given, type Sample, step, type Thresholds } from "./Shedding.ts"
import { type Sheddable, shedOrder } from "./shedOrder.ts"

const SAMPLE_EVERY_MS = 500

export class Pressure {
  readonly loopDelay = new LoopDelay()
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
        const stop = this.loopDelay.start()
        const timer = setInterval(() => {
          this.take({
            at: performance.now(),
            loopDelayMs: this.loopDelay.mean(),
            storeWaiting: storeWaiting(),
          })
        }, SAMPLE_EVERY_MS)
        return { stop, timer }
      }),
      ({ stop, timer }) =>
        Effect.sync(() => {
          clearInterval(timer)
          stop()
        }),
    ).pipe(Effect.asVoid)
  }
}
