/** The history model in Postgres: what was said in each conversation and what became of it, who is in it, and how far it has come. */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Position } from "@parley/runtime/EventStore"
import type { ByActivity, Page } from "../History.ts"
import { HistoryBatch } from "../historyModel/HistoryBatch.ts"
import { historyModel } from "../historyModel/HistoryModel.ts"
import type { AnyEvent, Changes, ModelDefinition, ModelEvent } from "../Model.ts"
import type { Stretch } from "../ReceiptReads.ts"
import { poisoning } from "./following.ts"
import { load } from "./history/load.ts"
import {
  amongQuery,
  companionsAmongQuery,
  companionsQuery,
  coveredQuery,
  markersQuery,
  rosterQuery,
  sampleQuery,
  viewQuery,
} from "./history/lookups.ts"
import { byActivityQuery, pageQuery, threadQuery } from "./history/pages.ts"
import { tables } from "./history/tables.ts"
import { write } from "./history/write.ts"
import type { PostgresModel, Run } from "./PostgresModel.ts"

const definition: ModelDefinition<AnyEvent> = historyModel

const apply = Effect.fnUntraced(function* (run: Run, events: ReadonlyArray<ModelEvent<AnyEvent>>) {
  const about = events as ReadonlyArray<ModelEvent>
  const rows = yield* load(run, about)
  const { changes } = yield* poisoning(() => {
    const batch = new HistoryBatch(rows)
    for (const event of about) batch.apply(event)
    return batch.finish()
  })
  yield* write(run, rows, changes)
})

interface Note {
  readonly conversation: string
  readonly seq: number
  readonly position: Position
  readonly added: string
  readonly removed: string
}

const sql = {
  heads: `SELECT name AS conversation, revision, position FROM @conversations WHERE position > $1 ORDER BY position`,
  changes: `SELECT conversation, seq, position, added, removed FROM @changes WHERE position > $1 AND position <= $2 ORDER BY position`,
} as const

const changes = Effect.fnUntraced(function* (run: Run, after: Position, upTo: Position) {
  const notes = yield* run<Note>(sql.changes, after, upTo)
  return {
    heads: yield* run<Changes["heads"][number]>(sql.heads, after),
    changes: notes.map(({ added, removed, ...note }) => ({
      ...note,
      added: JSON.parse(added) as ReadonlyArray<string>,
      removed: JSON.parse(removed) as ReadonlyArray<string>,
    })),
  }
})

/** As `History` asks. */
const query = (run: Run, method: string, args: ReadonlyArray<unknown>): Effect.Effect<unknown, SqlError> => {
  switch (method) {
    case "view":
      return viewQuery(run, ...(args as [string, string]))
    case "page":
      return pageQuery(run, ...(args as [string, string, Page]))
    case "thread":
      return threadQuery(run, ...(args as [string, string, string, Page]))
    case "roster":
      return rosterQuery(run, ...(args as [string, string, string | undefined, number]))
    case "byActivity":
      return byActivityQuery(run, ...(args as [string, ByActivity]))
    case "markers":
      return markersQuery(run, ...(args as [string, ReadonlyArray<readonly [string, number]>]))
    case "covered":
      return coveredQuery(run, ...(args as [ReadonlyArray<Stretch>]))
    case "membersAmong":
      return amongQuery(run, ...(args as [string, ReadonlyArray<string>]))
    case "companions":
      return companionsQuery(run, ...(args as [string, string, number]))
    case "companionsAmong":
      return companionsAmongQuery(run, ...(args as [string, ReadonlyArray<string>]))
    case "sample":
      return sampleQuery(run, ...(args as [readonly [number, number]]))
    default:
      return Effect.die(new Error(`the history model has no query ${method}`))
  }
}

export const history: PostgresModel = {
  definition,
  version: 1,
  tables,
  apply,
  changes,
  query,
}
