/**
 * The reading half of the embedded store: a read-only connection, synchronous, for worker threads (the store's own reader, and the
 * followers of projections).
 *
 * Always true: it sees only what is committed, hence durable.
 * Not for: the main thread; a page that is not in memory would stop it.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite"
import type {
  Head,
  MessageKey,
  Position,
  ReadAll,
  ReadStream,
  RecordedEvent,
  StreamMetadata,
} from "../EventStore.ts"
import { firstVisible, isSystemStream } from "./appendRules.ts"
import { epochOf } from "./sqlite/logFile.ts"

export interface LogReader {
  readonly readAll: (read: ReadAll) => ReadonlyArray<RecordedEvent>
  readonly readStream: (
    stream: string,
    read: ReadStream,
  ) => ReadonlyArray<RecordedEvent> | "not_found" | "deleted"
  readonly head: (stream: string) => Head | undefined
  readonly headPosition: () => Position
  readonly metadata: (stream: string) => StreamMetadata
  readonly lookupKeys: (
    stream: string,
    keys: ReadonlyArray<{ readonly sender: string; readonly clientMsgId: string }>,
  ) => ReadonlyArray<MessageKey>
  readonly epoch: () => string
  readonly close: () => void
}

interface EventRow {
  readonly position: number
  readonly stream: number
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
  readonly created: number
}
interface StreamRow {
  readonly id: number
  readonly last: number
  readonly start: number
  readonly soft_deleted: number
  readonly tombstoned: number
  readonly metadata: string
}

/** Names of streams never change: they are remembered, and beyond this many read anew. */
const maxNames = 200_000
/** Rows fetched at a time when a prefix filters. */
const scanRows = 1_000

export const openLogReader = (file: string): LogReader => {
  const database = new DatabaseSync(file, { readOnly: true })
  database.exec("PRAGMA cache_size=-32768; PRAGMA mmap_size=268435456")
  const statements = Object.fromEntries(
    Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]),
  ) as Record<keyof typeof sql, StatementSync>
  const names = new Map<number, string>()

  const nameOf = (stream: number): string => {
    const known = names.get(stream)
    if (known !== undefined) return known
    if (names.size >= maxNames) names.clear()
    const { name } = statements.name.get(stream) as { name: string }
    names.set(stream, name)
    return name
  }
  const streamOf = (name: string): StreamRow | undefined =>
    statements.stream.get(name) as StreamRow | undefined
  const stateOf = (row: StreamRow) => ({
    last: row.last,
    start: row.start,
    softDeleted: row.soft_deleted === 1,
  })
  const recorded = (row: EventRow, stream: string): RecordedEvent => ({ ...row, stream })

  const readAll = ({ direction, from, limit, prefixes = [] }: ReadAll): ReadonlyArray<RecordedEvent> => {
    const forward = direction === "forward"
    const scan = forward ? statements.allForward : statements.allBackward
    const found: Array<RecordedEvent> = []
    let at = typeof from === "number" ? from : forward ? 0 : Number.MAX_SAFE_INTEGER
    while (found.length < limit) {
      const rows = scan.all(
        at,
        prefixes.length === 0 ? limit : scanRows,
      ) as unknown as ReadonlyArray<EventRow>
      for (const row of rows) {
        at = forward ? row.position + 1 : row.position - 1
        const stream = nameOf(row.stream)
        if (isSystemStream(stream)) continue
        if (prefixes.length > 0 && !prefixes.some((prefix) => stream.startsWith(prefix))) continue
        found.push(recorded(row, stream))
        if (found.length === limit) break
      }
      if (rows.length === 0) break
    }
    return found
  }

  const readStream: LogReader["readStream"] = (name, read) => {
    const stream = streamOf(name)
    if (stream?.tombstoned === 1) return "deleted"
    if (stream === undefined || stream.last < 0 || stream.soft_deleted === 1) return "not_found"
    const metadata = JSON.parse(stream.metadata) as StreamMetadata
    const lowest = firstVisible(stateOf(stream), metadata)
    const youngest = metadata.maxAgeSeconds === undefined ? 0 : Date.now() - metadata.maxAgeSeconds * 1_000
    const forward = read.direction === "forward"
    const from = typeof read.from === "number" ? read.from : forward ? 0 : stream.last
    const rows = forward
      ? statements.streamForward.all(stream.id, Math.max(from, lowest), youngest, read.limit)
      : statements.streamBackward.all(stream.id, from, lowest, youngest, read.limit)
    return (rows as unknown as ReadonlyArray<EventRow>).map((row) => recorded(row, name))
  }

  return {
    readAll,
    readStream,
    head: (name) => {
      const stream = streamOf(name)
      if (stream === undefined || stream.last < 0 || stream.soft_deleted === 1 || stream.tombstoned === 1)
        return undefined
      const { position } = statements.positionOf.get(stream.id, stream.last) as { position: number }
      return { revision: stream.last, position }
    },
    headPosition: () => (statements.headPosition.get() as { position: number }).position,
    metadata: (name) => JSON.parse(streamOf(name)?.metadata ?? "{}") as StreamMetadata,
    lookupKeys: (name, keys) => {
      const stream = streamOf(name)
      if (stream === undefined) return []
      return keys.flatMap(({ sender, clientMsgId }) => {
        const row = statements.key.get(stream.id, sender, clientMsgId)
        return row === undefined ? [] : [{ ...(row as unknown as MessageKey) }]
      })
    },
    epoch: () => epochOf(database)!,
    close: () => database.close(),
  }
}

const columns = "position, stream, revision, id, type, data, metadata, created"
const sql = {
  name: "SELECT name FROM streams WHERE id = ?",
  stream: "SELECT id, last, start, soft_deleted, tombstoned, metadata FROM streams WHERE name = ?",
  allForward: `SELECT ${columns} FROM events WHERE position >= ? ORDER BY position LIMIT ?`,
  allBackward: `SELECT ${columns} FROM events WHERE position <= ? ORDER BY position DESC LIMIT ?`,
  streamForward: `SELECT ${columns} FROM events WHERE stream = ? AND revision >= ? AND created >= ? ORDER BY revision LIMIT ?`,
  streamBackward: `SELECT ${columns} FROM events WHERE stream = ? AND revision <= ? AND revision >= ? AND created >= ? ORDER BY revision DESC LIMIT ?`,
  positionOf: "SELECT position FROM events WHERE stream = ? AND revision = ?",
  headPosition: "SELECT coalesce(max(position), -1) AS position FROM events",
  key: `SELECT sender, client_msg_id AS clientMsgId, seq, message_id AS messageId, mac, ts
        FROM message_keys WHERE stream = ? AND sender = ? AND client_msg_id = ?`,
} as const
