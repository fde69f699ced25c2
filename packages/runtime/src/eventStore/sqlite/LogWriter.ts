/**
 * The writing half of the embedded store: one connection, used by one thread, one transaction for many writes.
 *
 * Always true: `commit` returns after the fsync that covers what it reports. A write that is refused has changed nothing, and does
 * not disturb the others of its transaction. A transaction that fails has changed nothing at all.
 */
import type { DatabaseSync } from "node:sqlite"
import type { StreamMetadata } from "../../EventStore.ts"
import { actualRevision, fits, isSoftDeleted, revived, softDeleted, type StreamState } from "../visibility.ts"
import { GenerationCache } from "../../GenerationCache.ts"
import {
  appendFields,
  type Committed,
  eventFields,
  type Flat,
  headerFields,
  keyFields,
  markFields,
  nextWrite,
  type OtherAnswer,
  write,
} from "./messages.ts"
import { concernsOneWrite, reasonOf } from "./sqliteFailure.ts"
import { type WriterStatements, writerStatements } from "./writerStatements.ts"

interface StreamRow extends StreamState {
  readonly id: number
  last: number
  metadata: StreamMetadata
  tombstoned: boolean
}

const cachedStreams = 100_000
const absent: StreamState = { last: -1, metadata: {}, tombstoned: false }

export class LogWriter {
  readonly #database: DatabaseSync
  readonly #sql: WriterStatements
  readonly #streams = new GenerationCache<StreamRow>(cachedStreams)
  /** Of the last event written; `#durable`: of the last one committed. */
  #position: number
  #durable: number
  #places: Array<number> = []
  #others: Array<OtherAnswer> = []
  #events = 0

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#sql = writerStatements(database)
    this.#position = (this.#sql.head.get() as { position: number }).position
    this.#durable = this.#position
  }

  get position(): number {
    return this.#durable
  }

  /** Carries out lists of writes, in order. Never throws for a reason that lies in the disk or in one write. */
  commit(lists: ReadonlyArray<Flat>): Committed {
    const started = performance.now()
    this.#places = []
    this.#others = []
    this.#events = 0
    try {
      this.#transaction(lists)
    } catch (cause) {
      // A cause that lies in one write must not fail its neighbours: each gets a transaction of its own.
      if (concernsOneWrite(cause)) for (const list of lists) this.#oneByOne(list)
      else for (const list of lists) this.#fail(list[1] as number, cause)
    }
    return {
      places: this.#places,
      others: this.#others,
      position: this.#durable,
      events: this.#events,
      commitMs: performance.now() - started,
    }
  }

  #transaction(lists: ReadonlyArray<Flat>): void {
    const [places, others, events] = [this.#places.length, this.#others.length, this.#events]
    try {
      this.#sql.begin.run()
      for (const list of lists)
        for (let at = headerFields; at < list.length; at = nextWrite(list, at)) this.#apply(list, at)
      this.#sql.commit.run()
      this.#durable = this.#position
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK")
      this.#streams.clear()
      this.#position = this.#durable
      this.#places.length = places
      this.#others.length = others
      this.#events = events
      throw cause
    }
  }

  #oneByOne(list: Flat): void {
    for (let at = headerFields; at < list.length; at = nextWrite(list, at)) {
      const alone = [list[0]!, 1, ...list.slice(at, nextWrite(list, at))]
      try {
        this.#transaction([alone])
      } catch (cause) {
        this.#fail(1, cause)
      }
    }
  }

  #fail(count: number, cause: unknown): void {
    for (let i = 0; i < count; i++) this.#answer(["failed", reasonOf(cause)])
  }

  #answer(answer: OtherAnswer): void {
    this.#places.push(-1, this.#others.length)
    this.#others.push(answer)
  }

  #apply(list: Flat, at: number): void {
    const name = list[at + 1] as string
    const stream = this.#stream(name)
    if (stream?.tombstoned) return this.#answer(["deleted"])
    switch (list[at]) {
      case write.append:
        return this.#append(list, at, name, stream)
      case write.metadata:
        this.#setMetadata(stream ?? this.#create(name), list[at + 2] as string)
        return this.#answer(["done"])
      default: {
        if (!fits(list[at + 2] as number, stream ?? absent))
          return this.#answer(["wrong", actualRevision(stream ?? absent)])
        const row = stream ?? this.#create(name)
        if (list[at] === write.softDelete)
          this.#setMetadata(row, JSON.stringify({ truncateBefore: softDeleted }))
        else {
          row.tombstoned = true
          this.#sql.tombstone.run(row.id)
        }
        return this.#answer(["done"])
      }
    }
  }

  #append(list: Flat, at: number, name: string, stream: StreamRow | undefined): void {
    const expected = list[at + 2] as number
    const count = list[at + 3] as number
    const keys = list[at + 4] as number
    const firstEvent = at + appendFields
    const firstKey = firstEvent + count * eventFields
    if (stream !== undefined && expected < stream.last) {
      const position = this.#original(stream.id, list, firstEvent, expected + 1, count)
      if (position !== undefined) return this.#answer(["original", expected + count, position])
    }
    if (!fits(expected, stream ?? absent)) return this.#answer(["wrong", actualRevision(stream ?? absent)])
    const row = stream ?? this.#create(name)
    const firstMark = firstKey + keys * keyFields
    const taken = this.#takeKeys(row.id, list, firstKey, firstMark)
    if (taken !== undefined) return this.#answer(["taken", taken])
    if (isSoftDeleted(row.metadata)) this.#setMetadata(row, JSON.stringify(revived(row.last)))
    for (let event = firstEvent; event < firstKey; event += eventFields)
      this.#sql.insertEvent.run(
        ++this.#position,
        row.id,
        ++row.last,
        list[event]!,
        list[event + 1]!,
        list[event + 2]!,
        list[event + 3]!,
        list[0]!,
      )
    for (let mark = firstMark; mark < nextWrite(list, at); mark += markFields)
      this.#mark(row.id, list[mark]!, list[mark + 1]!, list[mark + 2]!)
    this.#events += count
    this.#places.push(row.last, this.#position)
  }

  /** The last event's position if just these events stand from `revision` on. */
  #original(stream: number, list: Flat, at: number, revision: number, count: number): number | undefined {
    const standing = this.#sql.ids.all(stream, revision, count) as Array<Record<string, string | number>>
    if (standing.length < count) return undefined
    for (const [i, event] of standing.entries())
      if (event["id"] !== list[at + i * eventFields]) return undefined
    return standing[count - 1]!["position"] as number
  }

  /** Inserts the lines; if any is taken, removes those it inserted and returns the ones that stand. */
  #takeKeys(stream: number, list: Flat, from: number, to: number): Flat | undefined {
    for (let at = from; at < to; at += keyFields) {
      const { changes } = this.#sql.insertKey.run(
        stream,
        list[at]!,
        list[at + 1]!,
        list[at + 2]!,
        list[at + 3]!,
        list[at + 4]!,
        list[at + 5]!,
      )
      if (changes === 0) return this.#standingKeys(stream, list, from, at, to)
    }
    return undefined
  }

  /** The key at `conflict` is taken: takes back those from `from` up to it, and finds all that stand. */
  #standingKeys(stream: number, list: Flat, from: number, conflict: number, to: number): Flat {
    for (let at = from; at < conflict; at += keyFields)
      this.#sql.deleteKey.run(stream, list[at]!, list[at + 1]!)
    const standing: Flat = []
    for (let at = from; at < to; at += keyFields) {
      const line = this.#sql.key.get(stream, list[at]!, list[at + 1]!)
      if (line !== undefined) standing.push(...(Object.values(line) as Flat))
    }
    return standing
  }

  #mark(stream: number, seq: string | number, key: string | number, value: string | number): void {
    if (value === 0) this.#sql.removeMark.run(stream, seq, key)
    else this.#sql.setMark.run(stream, seq, key, value)
  }

  #setMetadata(stream: StreamRow, json: string): void {
    this.#sql.setMetadata.run(json, stream.id)
    stream.metadata = JSON.parse(json) as StreamMetadata
  }

  #stream(name: string): StreamRow | undefined {
    const cached = this.#streams.get(name)
    if (cached !== undefined) return cached
    const found = this.#sql.stream.get(name) as
      | { id: number; metadata: string; tombstoned: number; last: number }
      | undefined
    if (found === undefined) return undefined
    const { id, last } = found
    const row = {
      id,
      last,
      metadata: JSON.parse(found.metadata) as StreamMetadata,
      tombstoned: found.tombstoned === 1,
    }
    this.#streams.set(name, row)
    return row
  }

  #create(name: string): StreamRow {
    const { lastInsertRowid } = this.#sql.createStream.run(name)
    const row = { id: Number(lastInsertRowid), last: -1, metadata: {}, tombstoned: false }
    this.#streams.set(name, row)
    return row
  }
}
