/**
 * One timer for all connections: a ring of seconds, each with those that are due then.
 *
 * Always true: each entry is called at most once a turn, at or up to a second after it is due. Who is closed is forgotten at his next turn.
 */
const SLOTS = 64
const SECOND = 1_000

export interface Due {
  readonly closed: boolean
  /** When it wants to be called next; at most a minute ahead. */
  readonly due: number
  readonly beat: (now: number) => void
}

export class Wheel {
  readonly #slots: Array<Array<Due>> = Array.from({ length: SLOTS }, () => [])
  #second: number

  constructor(now: number) {
    this.#second = Math.floor(now / SECOND)
  }

  add(entry: Due): void {
    const second = Math.ceil(entry.due / SECOND)
    const at = Math.min(Math.max(second, this.#second + 1), this.#second + SLOTS - 1)
    this.#slots[at % SLOTS]!.push(entry)
  }

  /** Call it about once a second. A clock that jumped ahead costs one turn of the wheel. */
  tick(now: number): void {
    const until = Math.floor(now / SECOND)
    const from = Math.max(this.#second, until - SLOTS)
    for (let second = from + 1; second <= until; second++) {
      this.#second = second
      const entries = this.#slots[second % SLOTS]!
      if (entries.length === 0) continue
      this.#slots[second % SLOTS] = []
      for (const entry of entries) {
        if (entry.closed) continue
        if (entry.due <= now) entry.beat(now)
        if (!entry.closed) this.add(entry)
      }
    }
    this.#second = Math.max(this.#second, until)
  }
}
