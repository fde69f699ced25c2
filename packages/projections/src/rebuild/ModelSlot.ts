/**
 * The place of a read model: who asks it, waits for it or listens to it never learns which file stands behind it.
 *
 * Always true: what listeners are told rises in the log without a gap and without a repeat, also across a switch: what the next host
 * changed is kept back until it takes the place, and then told from where the one before had come.
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
  /** What the next host has changed beyond what is announced. */
  #keptBack: Array<Told> = []

  constructor(listener: OnProgress) {
    this.#listener = listener
  }

  /** A host is to be given this before it starts. `host` is asked for once it has something to tell. */
  readonly progressOf =
    (host: () => ModelHost | undefined): OnProgress =>
    (position, changes) => {
      if (this.#current === undefined || host() === this.#current)
        return this.#announce({ position, changes })
      if (position > this.#announced) this.#keptBack.push({ position, changes })
      return undefined
    }

  /** The first host, or one that takes over. Returns whom it replaces; `false`: it is behind the one whose place it is to take. */
  readonly take = (next: ModelHost): ModelHost | undefined | false => {
    const before = this.#current
    if (before !== undefined && next.position < this.#announced) return false
    const from = this.#announced
    this.#current = next
    const told = this.#keptBack.filter(({ position }) => position > from)
    this.#keptBack = []
    for (const { position, changes } of told) this.#announce({ position, changes: after(from, changes) })
    return before
  }

  /** The next host will not come. */
  readonly forget = (): void => {
    this.#keptBack = []
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
    if (this.#keptBack.length > 0)
      this.#keptBack = this.#keptBack.filter((told) => told.position > this.#announced)
    this.#listener(position, changes)
  }
}
