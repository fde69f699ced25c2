/**
 * Whether a commit waits a moment for company. Under a steady trickle of writes each would otherwise be a commit of its own, and what
 * a commit costs (waking two threads, an fsync) is several times what a write costs.
 *
 * Always true: who writes alone is committed at once, but for one wait now and then to see whether it still is: a wait that nobody
 * joined is followed by twice as many commits without one as the last.
 */

/** Longer since the last commit than this: nobody else is about. */
const recentMs = 4
/** So many writes share an fsync well enough. */
const enoughWrites = 8
const longestPause = 64

export class GatherWindow {
  #lastCommit = -Infinity
  /** Commits until the next wait, and how many there will be after a wait in vain. */
  #pause = 0
  #nextPause = 1

  /** Asked once before each commit. `now` in milliseconds. */
  opens(now: number, writes: number): boolean {
    const recent = now - this.#lastCommit < recentMs
    if (!recent || writes >= enoughWrites) return false
    if (this.#pause === 0) return true
    this.#pause -= 1
    return false
  }

  /** After a wait. */
  closed(joined: boolean): void {
    this.#pause = joined ? 0 : this.#nextPause
    this.#nextPause = joined ? 1 : Math.min(this.#nextPause * 2, longestPause)
  }

  committed(now: number): void {
    this.#lastCommit = now
  }
}
