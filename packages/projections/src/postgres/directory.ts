/** The directory model in Postgres: one row for each person, and what revocations and blocks have to be told to every node. */
import * as Effect from "effect/Effect"
import type { UserEvent } from "@parley/domain/user/events"
import type { Position } from "@parley/runtime/EventStore"
import { directoryModel } from "../directoryModel/DirectoryModel.ts"
import { type Shown, shownAfter, toldBy, together, toPerson } from "../directoryModel/people.ts"
import { type AnyEvent, type Changes, type ModelDefinition, type ModelEvent, noChanges } from "../Model.ts"
import { integers, texts } from "./arrays.ts"
import type { PostgresModel, Run } from "./PostgresModel.ts"

const definition: ModelDefinition<AnyEvent> = directoryModel

/** `told`: the JSON of the changes that one event tells. */
const tables = [
  `CREATE TABLE @people (person text COLLATE "C" PRIMARY KEY, name text, avatar text, position bigint NOT NULL)`,
  "CREATE TABLE @told (position bigint PRIMARY KEY, told text NOT NULL)",
]

const columns = `p.person AS "user", p.name, p.avatar, p.position`

const sql = {
  shown: `SELECT ${columns} FROM @people p WHERE p.person = ANY($1::text[])`,
  save: `INSERT INTO @people (person, name, avatar, position)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
         ON CONFLICT (person) DO UPDATE SET name = excluded.name, avatar = excluded.avatar, position = excluded.position`,
  tell: `INSERT INTO @told (position, told) SELECT * FROM unnest($1::bigint[], $2::text[]) ON CONFLICT DO NOTHING`,
  told: "SELECT told FROM @told WHERE position > $1 AND position <= $2 ORDER BY position",
  people: `SELECT ${columns} FROM @people p WHERE p.person > $1 ORDER BY p.person LIMIT $2`,
  among: `SELECT ${columns} FROM unnest($1::text[]) WITH ORDINALITY AS asked(person, place)
          JOIN @people p ON p.person = asked.person ORDER BY asked.place`,
} as const

type Row = Shown & { readonly user: string }

const apply = Effect.fnUntraced(function* (run: Run, events: ReadonlyArray<ModelEvent<AnyEvent>>) {
  const about = events as ReadonlyArray<ModelEvent<UserEvent>>
  const rows = yield* run<Row>(sql.shown, texts([...new Set(about.map(({ subject }) => subject))]))
  const people = new Map<string, Shown>(rows.map((row) => [row.user, row]))
  const changed = new Set<string>()
  const told: Array<readonly [Position, Changes]> = []
  for (const { event, subject, recorded } of about) {
    const { position } = recorded
    const changes = toldBy(subject, event, position)
    if (changes !== undefined) {
      told.push([position, changes])
      continue
    }
    const before = people.get(subject)
    const shown = shownAfter(before, event, position)
    if (shown === undefined || shown === before) continue
    people.set(subject, shown)
    changed.add(subject)
  }
  const saved = Array.from(changed, (user) => ({ user, ...people.get(user)! }))
  if (saved.length > 0)
    yield* run(
      sql.save,
      texts(saved.map((row) => row.user)),
      texts(saved.map((row) => row.name)),
      texts(saved.map((row) => row.avatar)),
      integers(saved.map((row) => row.position)),
    )
  if (told.length > 0)
    yield* run(
      sql.tell,
      integers(told.map(([position]) => position)),
      texts(told.map(([, changes]) => JSON.stringify(changes))),
    )
})

const people = (rows: ReadonlyArray<Row>) => rows.map(toPerson)

export const directory: PostgresModel = {
  definition,
  version: 1,
  tables,
  apply,
  changes: (run, after, upTo) =>
    Effect.map(run<{ readonly told: string }>(sql.told, after, upTo), (rows) =>
      rows.length === 0 ? noChanges : together(rows.map(({ told }) => JSON.parse(told) as Changes)),
    ),
  query: (run, method, args) => {
    switch (method) {
      case "people":
        return Effect.map(run<Row>(sql.people, ...args), people)
      case "among":
        return Effect.map(run<Row>(sql.among, texts(args[0] as ReadonlyArray<string>)), people)
      default:
        return Effect.die(new Error(`the directory model has no query ${method}`))
    }
  },
}
