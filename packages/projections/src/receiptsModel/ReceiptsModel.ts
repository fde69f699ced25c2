/**
 * The receipts model: how far everybody has read, how far each device has got, and who hides his reading.
 *
 * Always true: a cursor only rises, whatever comes. It decodes only the events that move cursors or change privacy.
 */
import type { DatabaseSync } from "node:sqlite"
import { decodeUserEvent } from "@parley/domain/user/codec"
import type { CursorMap, UserEvent } from "@parley/domain/user/events"
import type { Position } from "@parley/runtime/EventStore"
import { prepareAll } from "../historyModel/prepareAll.ts"
import { type Model, type ModelDefinition, type ModelEvent, noChanges } from "../Model.ts"
import { LastMoved } from "./LastMoved.ts"
import { receiptOf, receiptTypes } from "./receipts.ts"
import { ReceiptsQueries } from "./ReceiptsQueries.ts"

/** `device` is empty for reading. */
const tables = `
  CREATE TABLE conversations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE cursors (
    conversation INTEGER NOT NULL,
    user TEXT NOT NULL,
    device TEXT NOT NULL,
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (conversation, user, device)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX moved ON cursors (conversation, position);
  CREATE INDEX own ON cursors (user, position) WHERE device = '';
  CREATE TABLE privacy (user TEXT PRIMARY KEY, hides INTEGER NOT NULL, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

const sql = {
  conversation: "SELECT id FROM conversations WHERE name = ?",
  name: "INSERT INTO conversations (name) VALUES (?)",
  move: `INSERT INTO cursors (conversation, user, device, seq, position) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET seq = excluded.seq, position = excluded.position WHERE excluded.seq > seq`,
  hide: `INSERT INTO privacy (user, hides, position) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET hides = excluded.hides, position = excluded.position WHERE excluded.position > position`,
} as const

const open = (database: DatabaseSync, appliedTo: Position): Model<UserEvent> => {
  const statements = prepareAll(database, sql)
  const lastMoved = new LastMoved(appliedTo)
  const queries = new ReceiptsQueries(database, lastMoved)

  const idOf = (name: string): number => {
    const known = statements.conversation.get(name)
    return known === undefined ? Number(statements.name.run(name).lastInsertRowid) : (known["id"] as number)
  }

  const move = (user: string, device: string, cursors: CursorMap, position: number): void => {
    for (const [conversation, seq] of Object.entries(cursors)) {
      if (statements.move.run(idOf(conversation), user, device, seq, position).changes > 0)
        lastMoved.note(conversation, position)
    }
  }

  const applyOne = ({ event, subject, recorded: { position } }: ModelEvent<UserEvent>): void => {
    const receipt = receiptOf(event)
    if (receipt?._tag === "Moved") move(subject, receipt.device, receipt.cursors, position)
    if (receipt?._tag === "Hides") statements.hide.run(subject, receipt.hides ? 1 : 0, position)
  }

  return {
    apply: (events) => {
      for (const event of events) applyOne(event)
      return noChanges
    },
    query: (method, args) => queries.answer(method, args),
  }
}

export const receiptsModel: ModelDefinition<UserEvent> = {
  name: "receipts",
  version: 1,
  prefix: "user-",
  decode: decodeUserEvent,
  types: receiptTypes,
  tables,
  tableNames: ["conversations", "cursors", "privacy"],
  open,
}
