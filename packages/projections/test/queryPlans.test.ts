import { DatabaseSync } from "node:sqlite"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { markerStatements } from "@parley/projections/historyModel/MarkerQueries"
import { messageStatements } from "@parley/projections/historyModel/MessageQueries"
import { writes } from "@parley/projections/historyModel/statements"
import { expect, it } from "vitest"

const database = new DatabaseSync(":memory:")
database.exec(historyModel.tables)

/** What SQLite would do: the steps that touch tables. */
const stepsOf = (sql: string): ReadonlyArray<string> =>
  database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row["detail"]))

it.each(Object.entries({ ...markerStatements, ...messageStatements, ...writes }))(
  "%s finds its rows by an index and sorts nothing",
  (_, sql) => {
    for (const step of stepsOf(sql)) expect(step).toMatch(/^SEARCH/)
  },
)

it("a person's own messages and a thread's replies are found without walking over the others", () => {
  for (const sql of [markerStatements.ownAt, writes.ownMainline])
    expect(stepsOf(sql)).toEqual([expect.stringContaining("INDEX mainline_of (conversation=? AND sender=?")])
  for (const sql of [messageStatements.repliesBefore, messageStatements.repliesAfter])
    expect(stepsOf(sql)).toEqual([
      expect.stringContaining("INDEX threads (conversation=? AND thread_root=? AND seq"),
    ])
})
