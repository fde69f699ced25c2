/**
 * The last frames of each conversation that somebody is connected to, so that most catching up needs no log.
 *
 * Always true: a ring holds a run of consecutive `seq`; all rings together stay within one budget of bytes, and what goes first is
 * the frame that has been held longest, of whatever conversation.
 */
import type { FramedEvent } from "./FramedEvent.ts"

/**
 * Half a minute of a busy group: whoever stops reading for that long is caught up without the log, however many they are. What it may
 * cost is bounded by the bytes of all.
 */
const MOST_PER_RING = 4_096
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
  /** Where the conversation stood before the first frame: no earlier event stands after it. */
  startSeq = -1
  startPosition = -1

  /** At most `limit` frames from `seq` on; `undefined` when the ring does not reach back to `seq`. Empty when it is the next one. */
  from(seq: number, limit: number): ReadonlyArray<FramedEvent> | undefined {
    const first = this.entries[0]
    if (first === undefined || seq < first.event.seq) return undefined
    const start = seq - first.event.seq
    return this.entries.slice(start, start + limit).map((entry) => entry.event)
  }

  /** At or after the event's place in the log; `undefined` when it is not known here. */
  placeOf(seq: number): number | undefined {
    if (seq <= this.startSeq) return this.startPosition
    const first = this.entries[0]
    return first === undefined ? undefined : this.entries[seq - first.event.seq]?.event.position
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
  OVERHEAD + event.bytes.length + (event.senderBytes?.length ?? 0) + (event.hiddenBytes?.length ?? 0)

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
