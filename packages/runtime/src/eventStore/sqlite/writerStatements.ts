/** The statements of the writer, prepared once. */
import type { DatabaseSync, StatementSync } from "node:sqlite"

const texts = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  head: "SELECT coalesce(max(position), -1) AS position FROM events",
  stream: `SELECT id, metadata, tombstoned,
             coalesce((SELECT max(revision) FROM events WHERE stream = streams.id), -1) AS last
           FROM streams WHERE name = ?`,
  createStream: "INSERT INTO streams (name) VALUES (?)",
  setMetadata: "UPDATE streams SET metadata = ? WHERE id = ?",
  tombstone: "UPDATE streams SET tombstoned = 1 WHERE id = ?",
  insertEvent: `INSERT INTO events (position, stream, revision, id, type, data, metadata, created)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ids: "SELECT id, position FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?",
  insertKey: `INSERT INTO message_keys (conversation, sender, client_msg_id, seq, message_id, mac, ts)
              VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  key: `SELECT sender, client_msg_id, seq, message_id, mac, ts FROM message_keys
        WHERE conversation = ? AND sender = ? AND client_msg_id = ?`,
  deleteKey: "DELETE FROM message_keys WHERE conversation = ? AND sender = ? AND client_msg_id = ?",
  setMark: `INSERT INTO event_marks (stream, seq, key, value) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value`,
  removeMark: "DELETE FROM event_marks WHERE stream = ? AND seq = ? AND key = ?",
} as const

export type WriterStatements = Readonly<Record<keyof typeof texts, StatementSync>>

export const writerStatements = (database: DatabaseSync): WriterStatements =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, database.prepare(text)]),
  ) as unknown as WriterStatements
