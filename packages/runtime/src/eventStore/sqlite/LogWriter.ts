/**
 * The writing half of the embedded store: one connection, used by the writer thread alone.
 *
 * Always true: `apply` carries out requests inside a transaction that its caller opened; a request that is refused has written nothing.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { StreamMetadata } from "../../EventStore.ts"
import { fits, retryFrom, type StreamState } from "../appendRules.ts"
import { eventFields, keyFields, type WriterReply, type WriterRequest } from "./messages.ts"

interface StreamRow extends StreamState {
  readonly id: number
  last: number
  start: number
  softDeleted: boolean
  tombstoned: boolean
}

/** Rows kept in memory; beyond it all are read anew. */
const maxCached = 100_000

export class LogWriter {
  readonly #streams = new Map<string, StreamRow>()
  readonly #statements: Readonly<Record<keyof typeof sql, StatementSync>>
  #position: number
  #committed: number

  constructor(database: DatabaseSync) {
    this.#statements = Object.fromEntries(
      Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]),
    ) as Record<keyof typeof sql, StatementSync>
    this.#position = (this.#statements.head.get() as { position: number }).position
    this.#committed = this.#position
  }

  /** The log's last durable position. */
  get position(): number {
    return this.#committed
  }

  committed(): void {
    this.#committed = this.#position
  }

  /** Nothing of the transaction happened: what was remembered of it is forgotten. */
  rolledBack(): void {
    this.#streams.clear()
    this.#position = this.#committed
  }

  apply(request: Exclude<WriterRequest, readonly ["backup" | "close", ...Array<unknown>]>): WriterReply {
    switch (request[0]) {
      case "append":
        return this.#append(request[1], request[2], request[3], request[4], request[5])
      case "metadata":
        return this.#setMetadata(request[1], request[2], request[3])
      case "delete":
        return this.#delete(request[1], request[2], request[3], request[4])
    }
  }

  #append(
    id: number,
    name: string,
    expected: number,
    events: ReadonlyArray<string>,
    keys: ReadonlyArray<string | number>,
  ): WriterReply {
    const stream = this.#stream(name)
    if (stream?.tombstoned) return ["deleted", id]
    const state: StreamState = stream ?? absent
    const wanted = expected < 0 ? "no_stream" : expected
    if (!fits(state, wanted)) return this.#retried(id, stream, retryFrom(state, wanted), events)
    const row = stream ?? this.#create(name)
    const taken = this.#takeKeys(row.id, keys)
    if (taken.length > 0) return ["taken", id, taken]
    if (row.softDeleted) {
      row.start = row.last + 1
      row.softDeleted = false
    }
    const created = Date.now()
    for (let at = 0; at < events.length; at += eventFields) {
      this.#position += 1
      row.last += 1
      this.#statements.insertEvent.run(
        this.#position,
        row.id,
        row.last,
        events[at]!,
        events[at + 1]!,
        events[at + 2]!,
        events[at + 3]!,
        created,
      )
    }
    this.#save(row)
    return ["appended", id, row.last, this.#position]
  }

  /** The original's answer when these very events stand where they would have been written, else a wrong revision. */
  #retried(
    id: number,
    stream: StreamRow | undefined,
    from: number,
    events: ReadonlyArray<string>,
  ): WriterReply {
    if (stream === undefined) return ["wrong", id, -1]
    const wrong: WriterReply = ["wrong", id, stream.softDeleted ? -1 : stream.last]
    const count = events.length / eventFields
    const standing = this.#statements.ids.all(stream.id, from, count) as unknown as ReadonlyArray<{
      id: string
      position: number
    }>
    if (count === 0 || standing.length < count) return wrong
    if (standing.some((row, index) => row.id !== events[index * eventFields])) return wrong
    return ["appended", id, from + count - 1, standing.at(-1)!.position]
  }

  /** Inserts the lines; if any is taken, removes those it had inserted and returns the ones that stand. */
  #takeKeys(stream: number, keys: ReadonlyArray<string | number>): ReadonlyArray<string | number> {
    const taken: Array<string | number> = []
    const inserted: Array<number> = []
    for (let at = 0; at < keys.length; at += keyFields) {
      const { changes } = this.#statements.insertKey.run(
        stream,
        keys[at]!,
        keys[at + 1]!,
        keys[at + 2]!,
        keys[at + 3]!,
        keys[at + 4]!,
        keys[at + 5]!,
      )
      if (changes > 0) inserted.push(at)
      else {
        const row = this.#statements.key.get(stream, keys[at]!, keys[at + 1]!) as Record<
          string,
          string | number
        >
        taken.push(...Object.values(row))
      }
    }
    if (taken.length > 0)
      for (const at of inserted) this.#statements.deleteKey.run(stream, keys[at]!, keys[at + 1]!)
    return taken
  }

  #setMetadata(id: number, name: string, metadata: StreamMetadata): WriterReply {
    const stream = this.#stream(name) ?? this.#create(name)
    if (stream.tombstoned) return ["deleted", id]
    this.#statements.setMetadata.run(JSON.stringify(metadata), stream.id)
    return ["done", id]
  }

  #delete(id: number, name: string, expected: number, how: "soft" | "tombstone"): WriterReply {
    const stream = this.#stream(name)
    if (stream?.tombstoned) return ["deleted", id]
    const state: StreamState = stream ?? absent
    if (!fits(state, expected < 0 ? "no_stream" : expected))
      return ["wrong", id, state.softDeleted ? -1 : state.last]
    const row = stream ?? this.#create(name)
    if (how === "tombstone") {
      row.tombstoned = true
      this.#statements.deleteEvents.run(row.id)
    } else row.softDeleted = row.last >= 0
    this.#save(row)
    return ["done", id]
  }

  #stream(name: string): StreamRow | undefined {
    const cached = this.#streams.get(name)
    if (cached !== undefined) return cached
    const row = this.#statements.stream.get(name) as
      | { id: number; last: number; start: number; soft_deleted: number; tombstoned: number }
      | undefined
    if (row === undefined) return undefined
    return this.#remember(name, {
      id: row.id,
      last: row.last,
      start: row.start,
      softDeleted: row.soft_deleted === 1,
      tombstoned: row.tombstoned === 1,
    })
  }

  #create(name: string): StreamRow {
    const { lastInsertRowid } = this.#statements.createStream.run(name)
    return this.#remember(name, {
      id: Number(lastInsertRowid),
      last: -1,
      start: 0,
      softDeleted: false,
      tombstoned: false,
    })
  }

  #remember(name: string, row: StreamRow): StreamRow {
    if (this.#streams.size >= maxCached) this.#streams.clear()
    this.#streams.set(name, row)
    return row
  }

  #save(row: StreamRow): void {
    this.#statements.saveStream.run(
      row.last,
      row.start,
      row.softDeleted ? 1 : 0,
      row.tombstoned ? 1 : 0,
      row.id,
    )
  }
}

const absent: StreamState = { last: -1, softDeleted: false, start: 0 }

const sql = {
  head: "SELECT coalesce(max(position), -1) AS position FROM events",
  stream: "SELECT id, last, start, soft_deleted, tombstoned FROM streams WHERE name = ?",
  createStream: "INSERT INTO streams (name, last) VALUES (?, -1)",
  saveStream: "UPDATE streams SET last = ?, start = ?, soft_deleted = ?, tombstoned = ? WHERE id = ?",
  setMetadata: "UPDATE streams SET metadata = ? WHERE id = ?",
  insertEvent:
    "INSERT INTO events (position, stream, revision, id, type, data, metadata, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  deleteEvents: "DELETE FROM events WHERE stream = ?",
  ids: "SELECT id, position FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?",
  insertKey:
    "INSERT INTO message_keys (stream, sender, client_msg_id, seq, message_id, mac, ts) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  key: "SELECT sender, client_msg_id, seq, message_id, mac, ts FROM message_keys WHERE stream = ? AND sender = ? AND client_msg_id = ?",
  deleteKey: "DELETE FROM message_keys WHERE stream = ? AND sender = ? AND client_msg_id = ?",
} as const
