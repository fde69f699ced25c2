/**
 * How much is taken on at a time when thousands come back at once: so many at work, the others in the order in which they came, and
 * no more waiting than can be served while they have patience.
 *
 * Always true: whoever is refused is told when to come back, spread at random, so that they do not all come back together.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

export class Busy extends Data.TaggedError("Busy")<{ readonly retryAfterMs: number }> {}

export interface AdmissionBounds {
  readonly atWork: number
  /** Beyond those at work. */
  readonly waiting: number
}

/** Those who are refused come back within this time, and not before a second has passed. */
const SPREAD_MS = 4_000
const AT_LEAST_MS = 1_000

/** @param random between 0 and 1. */
export const spread = (random: number): number => AT_LEAST_MS + Math.floor(random * SPREAD_MS)

export class Admission {
  #inside = 0
  #refused = 0
  readonly #bounds: AdmissionBounds
  readonly #work: Semaphore.Semaphore
  readonly #random: () => number

  constructor(bounds: AdmissionBounds, random: () => number = Math.random) {
    this.#bounds = bounds
    this.#random = random
    this.#work = Semaphore.makeUnsafe(bounds.atWork)
  }

  /** At work and waiting. */
  get inside(): number {
    return this.#inside
  }

  get refused(): number {
    return this.#refused
  }

  get full(): boolean {
    return this.#inside >= this.#bounds.atWork + this.#bounds.waiting
  }

  /** The refusal, counted. */
  busy(): Busy {
    this.#refused++
    return new Busy({ retryAfterMs: spread(this.#random()) })
  }

  /** Refused at once when too many wait. */
  admit<A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E | Busy, R> {
    return Effect.suspend((): Effect.Effect<A, E | Busy, R> =>
      this.full ? Effect.fail(this.busy()) : this.queue(work),
    )
  }

  /** Inside of work: lets another one work while this one only waits. */
  aside<A, E, R>(wait: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.acquireUseRelease(
      this.#work.release(1),
      () => wait,
      () => this.#work.take(1),
    )
  }

  /** Waits for its turn, however many do: for those who are bounded by something else. */
  queue<A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      this.#inside++
      return Effect.ensuring(
        this.#work.withPermits(1)(work),
        Effect.sync(() => void this.#inside--),
      )
    })
  }
}
