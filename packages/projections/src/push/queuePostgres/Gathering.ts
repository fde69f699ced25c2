/**
 * Things to write that come one by one, written together: whatever comes while a writing is under way goes with the next one.
 *
 * Always true: whoever adds hears what became of the writing that his thing was part of. One writing at a time, in the order added.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

interface Waiting<A, E> {
  readonly thing: A
  readonly written: Deferred.Deferred<void, E>
}

export class Gathering<A, E> {
  readonly #write: (things: ReadonlyArray<A>) => Effect.Effect<void, E>
  readonly #scope: Scope.Scope
  #waiting: Array<Waiting<A, E>> = []
  #writing = false

  /** @param scope ends the writing; whoever waits then is interrupted. */
  constructor(write: (things: ReadonlyArray<A>) => Effect.Effect<void, E>, scope: Scope.Scope) {
    this.#write = write
    this.#scope = scope
  }

  readonly add = (thing: A): Effect.Effect<void, E> =>
    Effect.suspend(() => {
      const written = Deferred.makeUnsafe<void, E>()
      this.#waiting.push({ thing, written })
      const begun = this.#writing ? Effect.void : Effect.forkIn(this.#round, this.#scope)
      this.#writing = true
      return Effect.andThen(begun, Deferred.await(written))
    })

  readonly #round: Effect.Effect<void> = Effect.suspend(() => {
    const together = this.#waiting
    this.#waiting = []
    if (together.length === 0) {
      this.#writing = false
      return Effect.void
    }
    return this.#write(together.map((each) => each.thing)).pipe(
      Effect.onExit((exit) =>
        Effect.forEach(together, ({ written }) => Deferred.done(written, exit), { discard: true }),
      ),
      Effect.catchCause((cause) => (Cause.hasInterrupts(cause) ? this.#end : Effect.void)),
      Effect.andThen(Effect.suspend(() => this.#round)),
    )
  })

  readonly #end: Effect.Effect<never> = Effect.suspend(() => {
    const left = this.#waiting
    this.#waiting = []
    return Effect.andThen(
      Effect.forEach(left, ({ written }) => Deferred.interrupt(written), { discard: true }),
      Effect.interrupt,
    )
  })
}
