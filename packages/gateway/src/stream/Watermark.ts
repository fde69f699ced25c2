/**
 * Up to where in the log every hub of this gateway has come.
 *
 * Always true: a hub that is open now has handed over every event of its conversation up to `settled`. It only rises.
 */
import type { Hub } from "./Hub.ts"

/** A note for what was committed this long ago has come by now, or it is lost. */
const LAG_MS = 10_000

interface Phase {
  position: number
  /** Hubs that have not reached the head named. */
  readonly behind: Map<Hub, number>
}

export class Watermark {
  #settled = -1
  #pending: Phase | undefined
  /** What came while `#pending` was not reached: gathered, so that a busy conversation cannot hold the mark for ever. */
  #next: Phase | undefined
  /** What was settled when, oldest first. */
  readonly #samples: Array<{ readonly at: number; readonly settled: number }> = []

  /** @param behind hubs with the revision that they must reach first. */
  receive(position: number, behind: ReadonlyArray<readonly [Hub, number]>): void {
    if (this.#pending === undefined && behind.length === 0) {
      this.#settled = Math.max(this.#settled, position)
      return
    }
    const phase: Phase =
      this.#pending === undefined
        ? (this.#pending = { position, behind: new Map() })
        : (this.#next ??= { position, behind: new Map() })
    phase.position = Math.max(phase.position, position)
    for (const [hub, revision] of behind)
      phase.behind.set(hub, Math.max(revision, phase.behind.get(hub) ?? -1))
  }

  /** The position settled by now. Reminds hubs that are behind. */
  settle(): number {
    while (this.#pending !== undefined) {
      const { behind, position } = this.#pending
      for (const [hub, revision] of behind) {
        if (hub.closed || hub.last >= revision) behind.delete(hub)
        else hub.noteHead(revision)
      }
      if (behind.size > 0) break
      this.#settled = Math.max(this.#settled, position)
      this.#pending = this.#next
      this.#next = undefined
    }
    return this.#settled
  }

  /** What was settled some seconds ago. Call it about as often as `settle`, after it. @param now milliseconds. */
  lagged(now: number): number {
    this.#samples.push({ at: now, settled: this.#settled })
    while (this.#samples.length > 1 && now - this.#samples[1]!.at >= LAG_MS) this.#samples.shift()
    const [oldest] = this.#samples
    return now - oldest!.at >= LAG_MS ? oldest!.settled : -1
  }
}
