/** Whether a history model's file holds what the log makes of it, row for row: beside one that is built anew. */
import { DatabaseSync } from "node:sqlite"
import { Follower } from "@parley/projections/Follower"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"

const follow = (log: string, file: string): void => {
  const reader = openLogReader(log)
  const follower = new Follower(historyModel, reader, file)
  while (follower.step().more);
  follower.close()
  reader.close()
}

/** Brings `file` to the log's end and builds `fresh`. The rows compared; throws when one stands in one file only. */
export const sameRows = (log: string, file: string, fresh: string): number => {
  for (const model of [file, fresh]) follow(log, model)
  const database = new DatabaseSync(file)
  try {
    database.prepare("ATTACH ? AS fresh").run(fresh)
    let rows = 0
    for (const table of [...historyModel.tableNames, "checkpoint"]) {
      const count = (query: string): number => Number(database.prepare(query).get()!["n"])
      rows += count(`SELECT count(*) AS n FROM main.${table}`)
      for (const [one, other] of [
        ["main", "fresh"],
        ["fresh", "main"],
      ])
        if (
          count(
            `SELECT count(*) AS n FROM (SELECT * FROM ${one}.${table} EXCEPT SELECT * FROM ${other}.${table})`,
          ) > 0
        )
          throw new Error(`${table}: rows of ${one} that ${other} lacks`)
    }
    return rows
  } finally {
    database.close()
  }
}
