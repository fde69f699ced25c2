/**
 * The last frames of each conversation that somebody is connected to, so that most catching up needs no log.
 *
 * Always true: a ring holds a run of consecutive `seq`; all rings together stay within one budget of bytes, and what goes first is
 * the frame that has been held longest, of whatever conversation.
 */
import type { FramedEvent } from "./FramedEvent.ts"

const MOST_PER_RING = 512
/** What an entry costs beside its bytes. */
const OVERHEAD = 256

interface Entry {
  readonly event: FramedEvent
  readonly ring: Ring
  older: Entry | undefined
  newer: Entry | undefined
}

export class Ring {
  /** Oldest first. */
  readonly entries: Array<Entry> = []

  /** At most `limit` frames from `seq` on; `undefined` when the ring does not reach back to `seq`. Empty when it is the next one. */
  from(seq: number, limit: number): ReadonlyArray<FramedEvent> | undefined {
    const first = this.entries[0]
    if (first === undefined || seq < first.event.seq) return undefined
    const start = seq - first.event.seq
    return this.entries.slice(start, start + limit).map((entry) => entry.event)
  }

  /** Newest first, from `seq` down. Empty when the ring does not hold `seq`. */
  *backFrom(seq: number): Generator<FramedEvent> {
    const first = this.entries[0]
    if (first === undefined) return
    for (let i = seq - first.event.seq; i >= 0; i--) {
      const entry = this.entries[i]
      if (entry === undefined) return
      yield entry.event
    }
  }
}

const sizeOf = (event: FramedEvent): number =>
  OVERHEAD + event.bytes.length + (event.senderBytes === undefined ? 0 : event.senderBytes.length)

export class Rings {
  readonly #budget: number
  #bytes = 0
  #oldest: Entry | undefined
  #newest: Entry | undefined

  constructor(budgetBytes: number) {
    this.#budget = budgetBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @param event the one after the ring's last; a ring that ends elsewhere is emptied first. */
  push(ring: Ring, event: FramedEvent): void {
    const last = ring.entries.at(-1)
    if (last !== undefined && last.event.seq + 1 !== event.seq) this.drop(ring)
    const entry: Entry = { event, ring, older: this.#newest, newer: undefined }
    if (this.#newest === undefined) this.#oldest = entry
    else this.#newest.newer = entry
    this.#newest = entry
    ring.entries.push(entry)
    this.#bytes += sizeOf(event)
    if (ring.entries.length > MOST_PER_RING) this.#forgetFirst(ring)
    while (this.#bytes > this.#budget && this.#oldest !== undefined) this.#forgetFirst(this.#oldest.ring)
  }

  drop(ring: Ring): void {
    while (ring.entries.length > 0) this.#forgetFirst(ring)
  }

  /** A ring's first entry is its oldest, so the globally oldest entry is always some ring's first. */
  #forgetFirst(ring: Ring): void {
    const entry = ring.entries.shift()!
    this.#bytes -= sizeOf(entry.event)
    if (entry.older === undefined) this.#oldest = entry.newer
    else entry.older.newer = entry.newer
    if (entry.newer === undefined) this.#newest = entry.older
    else entry.newer.older = entry.older
  }
}
