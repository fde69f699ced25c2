/**
 * The last events of the log in memory, as this process committed them or a live subscription yielded them: followers who are up to date
 * take what is new from here, and none of them reads the log for it.
 *
 * Always true: it holds every event of the log after `#from`, up to the last one heard; those of system streams may be left out. What it
 * does not reach back to is read. When the subscription breaks, it holds nothing.
 */
import type { Position, RecordedEvent } from "../EventStore.ts"
import type { Scan } from "./subscriptions.ts"

const maxEvents = 2_048
const maxCharacters = 8 * 1024 * 1024

const sizeOf = ({ data, metadata }: RecordedEvent): number => data.length + metadata.length

export class LiveTail {
  #events: Array<RecordedEvent> = []
  #characters = 0
  /** Everything after this has been heard. `undefined`: nothing has. */
  #from: Position | undefined

  heard(event: RecordedEvent): void {
    if (this.#from === undefined) {
      // What came just before the first one heard is not known.
      this.#from = event.position
      return
    }
    this.#events.push(event)
    this.#characters += sizeOf(event)
    if (this.#events.length > maxEvents || this.#characters > maxCharacters) this.#drop()
  }

  broken(): void {
    this.#from = undefined
    this.#events = []
    this.#characters = 0
  }

  /** Whether everything from after `after` up to `to` is here. */
  covers(after: Position, to: Position): boolean {
    return (
      this.#from !== undefined && after >= this.#from && (this.#events.at(-1)?.position ?? this.#from) >= to
    )
  }

  /** The page after `after`, if it is all here. At its end something may stand that has not been heard: then there will be news. */
  pageAfter(after: Position, limit: number, prefixes: ReadonlyArray<string>): Scan | undefined {
    if (this.#from === undefined || after < this.#from) return undefined
    const events: Array<RecordedEvent> = []
    let scanned = after
    for (let at = this.#indexAfter(after); at < this.#events.length; at++) {
      const event = this.#events[at]!
      if (prefixes.length === 0 || prefixes.some((prefix) => event.stream.startsWith(prefix))) {
        if (events.length === limit) return { events, scanned, atEnd: false }
        events.push(event)
      }
      scanned = event.position
    }
    return { events, scanned, atEnd: true }
  }

  /** Of the first event after `after`; positions rise. */
  #indexAfter(after: Position): number {
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#events[middle]!.position <= after) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The older half. */
  #drop(): void {
    const dropped = this.#events.splice(0, Math.ceil(this.#events.length / 2))
    this.#from = dropped.at(-1)!.position
    for (const event of dropped) this.#characters -= sizeOf(event)
  }
}
