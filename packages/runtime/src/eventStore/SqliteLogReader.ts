/**
 * The reading half of the embedded store: a read-only connection, synchronous, for worker threads (the store's own reader, and
 * the followers of projections).
 *
 * Always true: it sees only what is committed, hence durable.
 * Not for: the main thread, which a page that is not in memory would stop. Not for a file that no process has open for writing.
 */
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite"
import type {
  Head,
  MarksWanted,
  MessageKey,
  Position,
  ReadStream,
  RecordedEvent,
  StandingMark,
  StreamMetadata,
} from "../EventStore.ts"
import { epochOf } from "./sqlite/logFile.ts"
import { marksReader } from "./sqlite/marksReader.ts"
import type { Scan } from "./subscriptions.ts"
import { createdSince, exists, firstVisible } from "./visibility.ts"

export interface ScanOptions {
  readonly direction: "forward" | "backward"
  /** Inclusive. Default: the log's start, or its end when backward. */
  readonly from?: Position | "end"
  readonly limit: number
  readonly prefixes?: ReadonlyArray<string>
  /** Looks at no more than this many positions. Default: all. */
  readonly span?: number
}

export interface LogReader {
  /** Forward from `from` (inclusive), at most `limit` events of streams with one of the prefixes; fewer only at the log's end. */
  readonly readAll: (read: {
    readonly from: Position
    readonly limit: number
    readonly prefixes?: ReadonlyArray<string>
  }) => Array<RecordedEvent>
  readonly headPosition: () => Position
  readonly epoch: () => string
  readonly close: () => void
  readonly scan: (options: ScanOptions) => Scan
  /** `now` in milliseconds: what `maxAgeSeconds` counts back from. */
  readonly readStream: (
    stream: string,
    read: ReadStream,
    now: number,
  ) => Array<RecordedEvent> | "not_found" | "deleted"
  readonly head: (stream: string) => Head | undefined
  readonly metadata: (stream: string) => StreamMetadata
  readonly lookupKeys: (
    stream: string,
    keys: ReadonlyArray<{ readonly sender: string; readonly clientMsgId: string }>,
  ) => Array<MessageKey>
  readonly lookupMarks: (stream: string, wanted: ReadonlyArray<MarksWanted>) => Array<StandingMark>
}

const columns = "e.position, e.revision, e.id, e.type, e.data, e.metadata, e.created"
type Row = ReadonlyArray<SQLOutputValue>

const recorded = (row: Row, stream: string): RecordedEvent => ({
  stream,
  revision: row[1] as number,
  position: row[0] as number,
  created: row[6] as number,
  id: row[2] as string,
  type: row[3] as string,
  data: row[4] as string,
  metadata: row[5] as string,
})

const scanText = (direction: "forward" | "backward", prefixes: number): string => {
  const matches = Array.from({ length: prefixes }, (_, i) => {
    const parameter = `?${i + 4}`
    return `substr(s.name, 1, length(${parameter})) = ${parameter}`
  })
  return `SELECT ${columns}, s.name FROM events e CROSS JOIN streams s ON s.id = e.stream
    WHERE e.position BETWEEN ?1 AND ?2 AND substr(s.name, 1, 1) <> '$'
    ${prefixes === 0 ? "" : `AND (${matches.join(" OR ")})`}
    ORDER BY e.position ${direction === "forward" ? "ASC" : "DESC"} LIMIT ?3`
}

const ofStream = `SELECT ${columns} FROM events e WHERE e.stream = ? AND e.revision BETWEEN ? AND ? AND e.created >= ?`

/** `file` must be open for writing already, usually by another thread. Throws when it cannot be read. */
export const openLogReader = (file: string): LogReader => {
  const database = new DatabaseSync(file, { readOnly: true })
  database.exec("PRAGMA cache_size = -32768; PRAGMA busy_timeout = 5000")
  const rows = (text: string): StatementSync => {
    const statement = database.prepare(text)
    statement.setReturnArrays(true)
    return statement
  }
  const scans = new Map<string, StatementSync>()
  const forward = rows(`${ofStream} ORDER BY e.revision LIMIT ?`)
  const backward = rows(`${ofStream} ORDER BY e.revision DESC LIMIT ?`)
  const headPosition = database.prepare("SELECT coalesce(max(position), -1) AS position FROM events")
  const head = database.prepare(
    "SELECT revision, position FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1",
  )
  const byName = database.prepare("SELECT id, metadata, tombstoned FROM streams WHERE name = ?")
  const key = database.prepare(
    `SELECT sender, client_msg_id AS clientMsgId, seq, message_id AS messageId, mac, ts
     FROM message_keys WHERE conversation = ? AND sender = ? AND client_msg_id = ?`,
  )
  const marks = marksReader(database)

  const lastPosition = (): Position => headPosition.get()!["position"] as number

  const stream = (name: string) => {
    const row = byName.get(name)
    if (row === undefined) return undefined
    const id = row["id"] as number
    const last = head.get(id) as unknown as Head | undefined
    return {
      id,
      head: last,
      last: last?.revision ?? -1,
      metadata: JSON.parse(row["metadata"] as string) as StreamMetadata,
      tombstoned: row["tombstoned"] === 1,
    }
  }

  const scanStatement = (direction: "forward" | "backward", prefixes: number): StatementSync => {
    const name = `${direction} ${prefixes}`
    const statement = scans.get(name) ?? rows(scanText(direction, prefixes))
    scans.set(name, statement)
    return statement
  }

  const scan = ({ direction, from, limit, prefixes = [], span = Infinity }: ScanOptions): Scan => {
    const end = lastPosition()
    const forwards = direction === "forward"
    const start = typeof from === "number" ? (forwards ? from : Math.min(from, end)) : forwards ? 0 : end
    const lowest = forwards ? start : Math.max(start - span + 1, 0)
    const highest = forwards ? Math.min(start + span - 1, end) : start
    const found = scanStatement(direction, prefixes.length).all(lowest, highest, limit, ...prefixes)
    const events = (found as unknown as Array<Row>).map((row) => recorded(row, row[7] as string))
    if (events.length === limit) return { events, scanned: events.at(-1)?.position ?? start, atEnd: false }
    return forwards
      ? { events, scanned: highest, atEnd: highest >= end }
      : { events, scanned: lowest, atEnd: lowest === 0 }
  }

  const readStream: LogReader["readStream"] = (name, read, now) => {
    const found = stream(name)
    if (found?.tombstoned) return "deleted"
    if (found === undefined || !exists(found)) return "not_found"
    const first = firstVisible(found.metadata, found.last)
    const since = createdSince(found.metadata, now)
    const { direction, from, limit } = read
    const selected =
      direction === "forward"
        ? forward.all(
            found.id,
            typeof from === "number" ? Math.max(from, first) : first,
            found.last,
            since,
            limit,
          )
        : backward.all(found.id, first, typeof from === "number" ? from : found.last, since, limit)
    return (selected as unknown as Array<Row>).map((row) => recorded(row, name))
  }

  return {
    readAll: (read) => [...scan({ direction: "forward", ...read }).events],
    headPosition: lastPosition,
    epoch: () => epochOf(database)!,
    close: () => database.close(),
    scan,
    readStream,
    head: (name) => {
      const found = stream(name)
      return found !== undefined && exists(found) ? { ...found.head! } : undefined
    },
    metadata: (name) => stream(name)?.metadata ?? {},
    lookupKeys: (name, keys) => {
      const id = byName.get(name)?.["id"] as number | undefined
      if (id === undefined) return []
      return keys.flatMap(({ sender, clientMsgId }) => {
        const line = key.get(id, sender, clientMsgId)
        return line === undefined ? [] : [{ ...line } as unknown as MessageKey]
      })
    },
    lookupMarks: (name, wanted) => {
      const id = byName.get(name)?.["id"] as number | undefined
      return id === undefined ? [] : marks(id, wanted)
    },
  }
}
