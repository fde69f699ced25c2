/**
 * The tables of the directory: one row for each person, his name sealed as it came.
 *
 * Always true: it decodes only the events that change what people show of themselves, and revocations and blocks, which it hands on.
 */
import type { DatabaseSync } from "node:sqlite"
import type { Sealed } from "@parley/domain/Sealed"
import { decodeUserEvent } from "@parley/domain/user/codec"
import type { UserEvent } from "@parley/domain/user/events"
import type { PersonRow } from "../Directory.ts"
import { prepareAll } from "../historyModel/prepareAll.ts"
import { type Changes, type Model, type ModelDefinition, type ModelEvent, noChanges } from "../Model.ts"

/** Names on disk. */
const types: ReadonlySet<string> = new Set([
  "UserRegistered",
  "UserRenamed",
  "ProfileChanged",
  "DeviceRevoked",
  "UserBlocked",
])

/** `name`: the JSON of the sealed name. `position`: of the last event applied, so that one seen again changes nothing. */
const tables = `
  CREATE TABLE people (
    user TEXT PRIMARY KEY,
    name TEXT,
    avatar TEXT,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`

const sql = {
  register: "INSERT INTO people (user, name, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  rename: "UPDATE people SET name = ?1, position = ?3 WHERE user = ?2 AND position < ?3",
  change: `UPDATE people SET name = coalesce(?1, name), avatar = iif(?4, ?2, avatar), position = ?5
           WHERE user = ?3 AND position < ?5`,
  people: "SELECT user, name, avatar FROM people WHERE user > ? ORDER BY user LIMIT ?",
  person: "SELECT user, name, avatar FROM people WHERE user = ?",
} as const

interface Row {
  readonly user: string
  readonly name: string | null
  readonly avatar: string | null
}

const toPerson = ({ user, name, avatar }: Row): PersonRow => ({
  user,
  ...(name === null ? undefined : { name: JSON.parse(name) as Sealed }),
  ...(avatar === null ? undefined : { avatarMediaId: avatar }),
})

const textOf = (name: Sealed | undefined): string | null => (name === undefined ? null : JSON.stringify(name))

const open = (database: DatabaseSync): Model<UserEvent> => {
  const statements = prepareAll(database, sql)

  const applyOne = ({
    event,
    subject,
    recorded: { position },
  }: ModelEvent<UserEvent>): Changes | undefined => {
    switch (event._tag) {
      case "UserRegistered":
        statements.register.run(subject, textOf(event.name), position)
        return undefined
      case "UserRenamed":
        statements.rename.run(textOf(event.name), subject, position)
        return undefined
      case "ProfileChanged": {
        const { avatar_media_id: avatar, name } = event
        statements.change.run(textOf(name), avatar ?? null, subject, avatar === undefined ? 0 : 1, position)
        return undefined
      }
      case "DeviceRevoked":
        return { ...noChanges, revoked: [{ user: subject, device: event.device_id, position }] }
      case "UserBlocked":
        return { ...noChanges, blocked: [{ user: subject, other: event.user_id, position }] }
      default:
        return undefined
    }
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

  return {
    apply: (events) => {
      const told = events.flatMap((event) => applyOne(event) ?? [])
      if (told.length === 0) return noChanges
      return {
        ...noChanges,
        revoked: told.flatMap(({ revoked = [] }) => revoked),
        blocked: told.flatMap(({ blocked = [] }) => blocked),
      }
    },
    query,
  }
}

export const directoryModel: ModelDefinition<UserEvent> = {
  name: "directory",
  version: 1,
  prefix: "user-",
  decode: decodeUserEvent,
  types,
  tables,
  tableNames: ["people"],
  open,
}
