/**
 * Appends to one stream take turns, in the order in which they came: each has its answer before the next is sent.
 *
 * Always true: whoever waits may go away, and nobody's turn is lost by it. Not for other processes: there the expected revision decides.
 */
import * as Effect from "effect/Effect"

interface Turn {
  come: (() => void) | undefined
}

export class Turns {
  /** By stream, of those at work; the first is whose turn it is. */
  readonly #queues = new Map<string, Array<Turn>>()

  inTurn<A, E, R>(stream: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      const turn: Turn = { come: undefined }
      return Effect.onExit(Effect.andThen(this.#join(stream, turn), work), () =>
        Effect.sync(() => this.#leave(stream, turn)),
      )
    })
  }

  #join(stream: string, turn: Turn): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const queue = this.#queues.get(stream) ?? []
      this.#queues.set(stream, queue)
      queue.push(turn)
      turn.come = () => resume(Effect.void)
      if (queue[0] === turn) turn.come()
    })
  }

  #leave(stream: string, turn: Turn): void {
    const queue = this.#queues.get(stream)
    const place = queue?.indexOf(turn) ?? -1
    if (queue === undefined || place < 0) return
    queue.splice(place, 1)
    if (queue.length === 0) this.#queues.delete(stream)
    else if (place === 0) queue[0]!.come?.()
  }
}
