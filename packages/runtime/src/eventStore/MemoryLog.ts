/**
 * A log in memory, with the rules of the event store and nothing else: no waiting, no threads, no Effect.
 *
 * Always true: an operation either happens as a whole or throws one of the port's errors and changes nothing.
 */
import { KeysTaken, StreamDeleted, StreamNotFound, WrongExpectedRevision } from "../errors.ts"
import type {
  Append,
  Appended,
  ExpectedRevision,
  Head,
  MarksWanted,
  MessageKey,
  ReadStream,
  RecordedEvent,
  StandingMark,
  StreamMetadata,
} from "../EventStore.ts"
import { MemoryLines } from "./MemoryLines.ts"
import {
  actualRevision,
  createdSince,
  exists,
  expectedNumber,
  firstVisible,
  fits,
  isSoftDeleted,
  revived,
  softDeleted,
} from "./visibility.ts"

interface MemoryStream {
  readonly events: Array<RecordedEvent>
  readonly lines: MemoryLines
  last: number
  metadata: StreamMetadata
  tombstoned: boolean
}

export class MemoryLog {
  /** In the order of commit; the position is the index. */
  readonly all: Array<RecordedEvent> = []
  readonly #streams = new Map<string, MemoryStream>()

  append({ stream: name, expected, events, keys = [], marks = [] }: Append, now: number): Appended {
    const stream = this.#writable(name)
    const at = expectedNumber(expected)
    const original = stream.events.slice(at + 1, at + 1 + events.length)
    if (original.length === events.length && original.every((event, i) => event.id === events[i]!.id))
      return { revision: original.at(-1)!.revision, position: original.at(-1)!.position }
    this.#expect(name, stream, at)
    const taken = stream.lines.keys(keys)
    if (taken.length > 0) throw new KeysTaken({ taken })
    if (isSoftDeleted(stream.metadata)) stream.metadata = revived(stream.last)
    for (const key of keys) stream.lines.setKey(key)
    for (const mark of marks) stream.lines.setMark(mark)
    for (const { id, type, data, metadata } of events) {
      const place = { stream: name, revision: ++stream.last, position: this.all.length, created: now }
      const event: RecordedEvent = { id, type, data, metadata, ...place }
      stream.events.push(event)
      this.all.push(event)
    }
    return { revision: stream.last, position: this.all.length - 1 }
  }

  read(name: string, { direction, from, limit }: ReadStream, now: number): ReadonlyArray<RecordedEvent> {
    const stream = this.#readable(name)
    const first = firstVisible(stream.metadata, stream.last)
    const since = createdSince(stream.metadata, now)
    const visible = stream.events.filter((event) => event.revision >= first && event.created >= since)
    if (direction === "forward")
      return visible.filter((event) => typeof from !== "number" || event.revision >= from).slice(0, limit)
    return visible
      .filter((event) => typeof from !== "number" || event.revision <= from)
      .toReversed()
      .slice(0, limit)
  }

  head(name: string): Head | undefined {
    const stream = this.#streams.get(name)
    if (stream === undefined || !exists(stream)) return undefined
    return { revision: stream.last, position: stream.events.at(-1)!.position }
  }

  lookupKeys(
    name: string,
    keys: ReadonlyArray<{ readonly sender: string; readonly clientMsgId: string }>,
  ): ReadonlyArray<MessageKey> {
    return this.#streams.get(name)?.lines.keys(keys) ?? []
  }

  lookupMarks(name: string, wanted: ReadonlyArray<MarksWanted>): ReadonlyArray<StandingMark> {
    return this.#streams.get(name)?.lines.marks(wanted) ?? []
  }

  metadata(name: string): StreamMetadata {
    return this.#streams.get(name)?.metadata ?? {}
  }

  setMetadata(name: string, metadata: StreamMetadata): void {
    this.#writable(name).metadata = { ...metadata }
  }

  softDelete(name: string, expected: ExpectedRevision): void {
    const stream = this.#writable(name)
    this.#expect(name, stream, expectedNumber(expected))
    stream.metadata = { truncateBefore: softDeleted }
  }

  tombstone(name: string, expected: ExpectedRevision): void {
    const stream = this.#writable(name)
    this.#expect(name, stream, expectedNumber(expected))
    stream.tombstoned = true
  }

  #expect(name: string, stream: MemoryStream, expected: number): void {
    if (!fits(expected, stream))
      throw new WrongExpectedRevision({ stream: name, actual: actualRevision(stream) })
  }

  /** Made when it never was: a name without events is not there for readers. */
  #writable(name: string): MemoryStream {
    let stream = this.#streams.get(name)
    if (stream === undefined) {
      stream = { events: [], lines: new MemoryLines(), last: -1, metadata: {}, tombstoned: false }
      this.#streams.set(name, stream)
    }
    if (stream.tombstoned) throw new StreamDeleted({ stream: name })
    return stream
  }

  #readable(name: string): MemoryStream {
    const stream = this.#streams.get(name)
    if (stream?.tombstoned) throw new StreamDeleted({ stream: name })
    if (stream === undefined || !exists(stream)) throw new StreamNotFound({ stream: name })
    return stream
  }
}
