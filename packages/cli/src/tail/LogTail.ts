/**
 * The stretch of the log that somebody asked to see: the newest events, or those from a place on, and what follows.
 *
 * Always true: each event once and in order. Reads in short steps, so that the server's checkpoints are never held up.
 */
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { type LogReader, openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"

/** Events in one read. */
const step = 500

export class LogTail {
  readonly #reader: LogReader
  readonly #stream: string | undefined
  #next = 0

  /** @param stream the one to follow; without it, all of them. */
  constructor(file: string, stream: string | undefined) {
    this.#reader = openLogReader(file)
    this.#stream = stream
  }

  /** Whether the stream is in the log. */
  exists(): boolean {
    return this.#stream === undefined || this.#reader.head(this.#stream) !== undefined
  }

  startAt(place: number): void {
    this.#next = place
  }

  /** Goes to the place after which `limit` events stand. */
  startBeforeEnd(limit: number): void {
    const read = { direction: "backward", from: "end", limit } as const
    const found = this.#stream === undefined ? this.#reader.scan(read).events : this.#ofStream(read)
    const first = found.at(-1)
    this.#next = first === undefined ? 0 : this.#placeOf(first)
  }

  /** The next events, none when there are none yet. */
  next(limit: number): ReadonlyArray<RecordedEvent> {
    const read = { direction: "forward", from: this.#next, limit: Math.min(limit, step) } as const
    const found = this.#stream === undefined ? this.#reader.readAll(read) : this.#ofStream(read)
    const last = found.at(-1)
    if (last !== undefined) this.#next = this.#placeOf(last) + 1
    return found
  }

  /** The first event of a stream. */
  readonly first = (stream: string): RecordedEvent | undefined => {
    const found = this.#reader.readStream(stream, { direction: "forward", limit: 1 }, Date.now())
    return typeof found === "string" ? undefined : found[0]
  }

  close(): void {
    this.#reader.close()
  }

  #placeOf(event: RecordedEvent): number {
    return this.#stream === undefined ? event.position : event.revision
  }

  #ofStream(read: Parameters<LogReader["readStream"]>[1]): ReadonlyArray<RecordedEvent> {
    const found = this.#reader.readStream(this.#stream!, read, Date.now())
    return typeof found === "string" ? [] : found
  }
}
