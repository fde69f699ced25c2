/**
 * Cursors for everybody whom something concerned since the last one, a few in each turn of the event loop: for thousands at once, live
 * frames would wait as long as all of them take.
 *
 * Always true: one round at a time; whoever cannot take a cursor now is asked again in the next round. A cursor that comes some turns
 * after it was settled covers no less.
 */
import type { Session } from "./Session.ts"

/** About a millisecond's worth. */
const PER_TURN = 32

export class CursorRound {
  #left: Array<Session> = []

  /** Takes those out of `touched` that have nothing left to be told. Nothing happens while the round before goes on. */
  begin(touched: Set<Session>, settled: number, told: number): void {
    if (this.#left.length > 0) return
    this.#left = [...touched]
    const turn = (): void => {
      for (const session of this.#left.splice(0, PER_TURN))
        if (session.offerCursor(settled, told)) touched.delete(session)
      if (this.#left.length > 0) setImmediate(turn)
    }
    turn()
  }
}
