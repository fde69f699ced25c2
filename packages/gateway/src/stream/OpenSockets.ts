/**
 * The sockets of all connections, from the upgrade until they are really closed, which may be long after their session has ended: a
 * peer that does not answer a close is waited for.
 *
 * Always true: a server that stops waits for nobody for ever; what is left in the end is cut.
 */
import * as Effect from "effect/Effect"
import type { WebSocket } from "ws"

export class OpenSockets {
  readonly #open = new Set<WebSocket>()
  #emptied: (() => void) | undefined

  add(socket: WebSocket): void {
    this.#open.add(socket)
  }

  closed(socket: WebSocket): void {
    this.#open.delete(socket)
    if (this.#open.size > 0) return
    this.#emptied?.()
    this.#emptied = undefined
  }

  /** Returns when none is left, at the latest after so many milliseconds. */
  empty(withinMs: number): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.#open.size === 0) return resume(Effect.void)
      this.#emptied = () => resume(Effect.void)
    }).pipe(Effect.timeoutOption(withinMs), Effect.asVoid)
  }

  cut(): void {
    for (const socket of this.#open) socket.terminate()
  }
}
