/**
 * The place of a read model: who asks it, waits for it or listens to it never learns which file stands behind it.
 *
 * Always true: what listeners are told rises in the log without a gap and without a repeat, also across a switch: what the next host
 * changed is kept back until it takes the place, and then told from where the one before had come. It tells nothing of what its file
 * held when it opened it, so the one before has to have come that far.
 */
import * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import type { ModelHost, ModelStats } from "../hosting/ModelHost.ts"
import type { Changes } from "../Model.ts"

export type OnProgress = (position: Position, changes: Changes) => void

interface Told {
  readonly position: Position
  readonly changes: Changes
}

/** What the next host has told so far. */
interface Candidate {
  /** Where it stood when it opened its file; absent before that. */
  began?: Position
  /** What it has changed beyond what is announced. */
  keptBack: ReadonlyArray<Told>
}

/** What of a batch lies after `from`. */
const after = (from: Position, { heads, changes, revoked, blocked }: Changes): Changes => ({
  heads: heads.filter((head) => head.position > from),
  changes: changes.filter((change) => change.position > from),
  ...(revoked === undefined ? undefined : { revoked: revoked.filter((one) => one.position > from) }),
  ...(blocked === undefined ? undefined : { blocked: blocked.filter((one) => one.position > from) }),
})

export class ModelSlot {
  readonly #listener: OnProgress
  #current: ModelHost | undefined
  #announced: Position = -1
  #next: Candidate | undefined

  constructor(listener: OnProgress) {
    this.#listener = listener
  }

  /** A host is to be given this before it starts, and is then the next one. `host` is asked for once it has something to tell. */
  readonly progressOf = (host: () => ModelHost | undefined): OnProgress => {
    const candidate: Candidate = { keptBack: [] }
    this.#next = candidate
    return (position, changes) => {
      if (this.#current === undefined || host() === this.#current)
        return this.#announce({ position, changes })
      // The one before goes on until it is closed.
      if (this.#next !== candidate) return undefined
      // Lower than before: its file was damaged, and it begins anew.
      const anew = candidate.began === undefined || position < candidate.began
      if (anew) candidate.began = position
      const kept = anew ? [] : candidate.keptBack
      candidate.keptBack = position > this.#announced ? [...kept, { position, changes }] : kept
      return undefined
    }
  }

  /** Which of the two has to come how far before `next` can take the place; `undefined`: neither. */
  readonly lacking = (
    next: ModelHost,
  ): { readonly behind: ModelHost; readonly position: Position } | undefined => {
    const current = this.#host
    const began = this.#next?.began
    if (began === undefined || next.position < this.#announced)
      return { behind: next, position: this.#announced }
    // One that has stopped comes no further. What it owes is lost, which is better than never to be replaced.
    if (began > this.#announced && current.stats().stopped === undefined)
      return { behind: current, position: began }
    return undefined
  }

  /** The first host, or one that takes over. Returns whom it replaces; `false`: something is lacking. */
  readonly take = (next: ModelHost): ModelHost | undefined | false => {
    const before = this.#current
    if (before !== undefined && this.lacking(next) !== undefined) return false
    const from = this.#announced
    this.#current = next
    const told = this.#next?.keptBack ?? []
    this.forget()
    for (const { position, changes } of told) this.#announce({ position, changes: after(from, changes) })
    return before
  }

  /** The next host will not come. */
  readonly forget = (): void => {
    this.#next = undefined
  }

  get position(): Position {
    return this.#host.position
  }

  readonly stats = (): ModelStats => this.#host.stats()

  readonly ask = <A>(method: string, ...args: ReadonlyArray<unknown>): Effect.Effect<A, Unavailable> =>
    Effect.suspend(() => this.#host.ask<A>(method, ...args))

  readonly askAsOf = <A>(
    position: Position,
    method: string,
    ...args: ReadonlyArray<unknown>
  ): Effect.Effect<A, Unavailable> => Effect.suspend(() => this.#host.askAsOf<A>(position, method, ...args))

  readonly caughtUp = (position: Position): Effect.Effect<void, Unavailable> =>
    Effect.suspend(() => this.#host.caughtUp(position))

  get #host(): ModelHost {
    return this.#current!
  }

  #announce({ position, changes }: Told): void {
    this.#announced = Math.max(this.#announced, position)
    // What is announced need not be kept any longer.
    if (this.#next !== undefined)
      this.#next.keptBack = this.#next.keptBack.filter((told) => told.position > this.#announced)
    this.#listener(position, changes)
  }
}
