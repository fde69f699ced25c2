/**
 * Connections that may have missed notes, as the broker lost some: each is told from the models what moved, a few at a time.
 *
 * Always true: whoever is connected when a loss is noted has his turn, unless he leaves; the models are asked for at most `MOST` in a
 * round. Events need no such thing: hubs find their gaps by themselves.
 */
import type { Session } from "./Session.ts"

/** In a round, about a second. */
const MOST = 200

export class Missed {
  #waiting = new Set<Session>()

  note(sessions: Iterable<Session>): void {
    this.#waiting = new Set(sessions)
  }

  /** Marks the next few as owed; from there they are told when they have room. */
  round(): void {
    let left = MOST
    for (const session of this.#waiting) {
      if (left-- === 0) return
      this.#waiting.delete(session)
      if (session.closed) continue
      session.owesNotes = true
      session.context.congested.add(session)
    }
  }
}
