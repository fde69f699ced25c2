/**
 * The tables of the directory: one row for each person, his name sealed as it came.
 *
 * Always true: it decodes only the events that change what people show of themselves, and revocations and blocks, which it hands on.
 */
import type { DatabaseSync } from "node:sqlite"
import { decodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import type { PersonRow } from "../Directory.ts"
import { prepareAll } from "../historyModel/prepareAll.ts"
import type { Changes, Model, ModelDefinition, ModelEvent } from "../Model.ts"
import { personTypes, type Shown, shownAfter, toldBy, together, toPerson } from "./people.ts"

const tables = `
  CREATE TABLE people (
    user TEXT PRIMARY KEY,
    name TEXT,
    avatar TEXT,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

const sql = {
  save: "INSERT OR REPLACE INTO people (user, name, avatar, position) VALUES (?, ?, ?, ?)",
  people: "SELECT user, name, avatar FROM people WHERE user > ? ORDER BY user LIMIT ?",
  person: "SELECT * FROM people WHERE user = ?",
} as const

type Row = Shown & { readonly user: string }

const open = (database: DatabaseSync): Model<UserEvent> => {
  const statements = prepareAll(database, sql)

  const applyOne = ({
    event,
    subject,
    recorded: { position },
  }: ModelEvent<UserEvent>): ReadonlyArray<Changes> => {
    const told = toldBy(subject, event, position)
    if (told !== undefined) return [told]
    const before = statements.person.get(subject) as unknown as Row | undefined
    const shown = shownAfter(before, event, position)
    if (shown !== undefined && shown !== before)
      statements.save.run(subject, shown.name, shown.avatar, shown.position)
    return []
  }

  const query = (method: string, args: ReadonlyArray<unknown>): ReadonlyArray<PersonRow> => {
    switch (method) {
      case "people": {
        const rows = statements.people.all(...(args as [string, number])) as unknown as ReadonlyArray<Row>
        return rows.map(toPerson)
      }
      case "among":
        return (args as [ReadonlyArray<string>])[0].flatMap((user) => {
          const row = statements.person.get(user) as unknown as Row | undefined
          return row === undefined ? [] : [toPerson(row)]
        })
      default:
        throw new Error(`the directory model has no query ${method}`)
    }
  }

  return { apply: (events) => together(events.flatMap(applyOne)), query }
}

export const directoryModel: ModelDefinition<UserEvent> = {
  name: "directory",
  version: 1,
  prefix: "user-",
  decode: decodeUserEvent,
  types: personTypes,
  tables,
  tableNames: ["people"],
  open,
}
