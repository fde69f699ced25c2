/** The history model: what was said in each conversation and what became of it, who is in it, and how far it has come. */
import type { DatabaseSync } from "node:sqlite"
import { decodeEvent } from "@parley/domain/conversation/codec"
import type { Model, ModelDefinition } from "../Model.ts"
import { HistoryBatch } from "./HistoryBatch.ts"
import { HistoryQueries } from "./HistoryQueries.ts"
import { sqliteTables } from "./sqliteTables.ts"
import { tableNames, tables } from "./tables.ts"

const open = (database: DatabaseSync): Model => {
  const rows = sqliteTables(database)
  const queries = new HistoryQueries(database)
  return {
    apply: (events) => {
      const batch = new HistoryBatch(rows)
      for (const event of events) batch.apply(event)
      return batch.finish()
    },
    query: (method, args) => queries.answer(method, args),
  }
}

export const historyModel: ModelDefinition = {
  name: "history",
  version: 2,
  prefix: "conversation-",
  decode: decodeEvent,
  tables,
  tableNames,
  open,
}
