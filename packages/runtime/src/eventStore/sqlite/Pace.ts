/**
 * How long the main loop rests before it looks at its sockets again, so that the messages of a trickle are read, decided, committed
 * and delivered a few at a time. A message that comes alone has a turn of the loop, a commit and two wake-ups to itself, and finds the
 * caches cold: it costs several times what it costs in company. As a network card moderates its interrupts.
 *
 *   writes go to the writer ──► rest ── the commit is done: settled, delivered ── rest ──► sockets are read, writes go …
 *
 * Always true: nobody waits who writes alone, but for one rest now and then to see whether he still does: a rest that nobody joined is
 * followed by twice as many lists of writes without one as the last. A loop with other work to do does not rest, nor one whose writes
 * come in company without it.
 */

/** A message waits half of it on average, and nothing in the process longer. The budget for half the messages is 3 ms (design, 7). */
const longestMs = 3
/** Not worth falling asleep for. */
const shortestMs = 1
/** So many share a turn well enough: the rest is as long as it takes until as many have come. */
const enoughWrites = 4
/** Longer since the last list than this: nobody else is about. */
const recentMs = 6
/** A turn that takes longer than this has other work to do than messages. */
const busyMs = longestMs / 2
const mostWithout = 64

export class Pace {
  #last = -Infinity
  #rested = false
  /** Lists until the next rest, and how many there will be after a rest in vain. */
  #without = 0
  #nextWithout = 1

  /**
   * Called after each turn in which writes may have come; all times in milliseconds.
   *
   * @param writes of this turn; 0 after a rest says that nobody came. @param worked how long the turn took, where it followed a rest.
   * @returns how long after the turn's begin the next one is due; 0: whenever something comes.
   */
  rest(now: number, writes: number, worked: number): number {
    const since = now - this.#last
    if (writes > 0) this.#last = now
    if (this.#rested) this.#judge(writes > 1 && worked < busyMs)
    this.#rested = false
    if (writes === 0 || since > recentMs) return 0
    if (this.#without > 0) {
      this.#without -= 1
      return 0
    }
    const rest = Math.min(longestMs, (enoughWrites * since) / writes)
    if (rest < shortestMs) return 0
    this.#rested = true
    return rest
  }

  #judge(joined: boolean): void {
    this.#without = joined ? 0 : this.#nextWithout
    this.#nextWithout = joined ? 1 : Math.min(this.#nextWithout * 2, mostWithout)
  }
}
