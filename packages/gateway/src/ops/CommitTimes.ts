/**
 * When the log had which length, so that a follower's lag can be told in seconds.
 *
 * Always true: bounded; remembers the last quarter of an hour in steps of a second. Who is further behind than it remembers is told the
 * age of what it remembers: at least so far.
 */
const everyMs = 1_000
const most = 900

export class CommitTimes {
  readonly #positions: Array<number> = []
  readonly #times: Array<number> = []
  readonly #now: () => number

  /** @param now milliseconds of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The log's last position, after each commit. */
  committed(position: number): void {
    const now = this.#now()
    const last = this.#times.at(-1)
    // The first commit of each second: a position between two of them counts as written with the earlier.
    if (last !== undefined && now - last < everyMs) return
    this.#positions.push(position)
    this.#times.push(now)
    if (this.#times.length <= most) return
    this.#positions.shift()
    this.#times.shift()
  }

  /** For how long there has been something after `position`; 0 when there is not. */
  secondsBehind(position: number, head: number): number {
    if (position >= head) return 0
    const first = this.#positions.findIndex((one) => one > position)
    // All that is remembered is older: what it lacks was written within the last second.
    const since = this.#times.at(first < 0 ? -1 : first)
    return since === undefined ? 0 : Math.max(0, this.#now() - since) / 1_000
  }
}
