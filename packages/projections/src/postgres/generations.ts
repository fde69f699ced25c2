/**
 * The tables of a read model, generation by generation, and how far each has come in the log.
 *
 * Always true: of each model, in one version, at most one generation is current; that one is asked. One that is being built stands
 * beside it; a retired one only waits to be dropped, and nobody moves it any more. A place is moved by compare-and-set, in the
 * transaction of the rows. Nodes of two releases do not know of each other: each follows and asks its own version's.
 */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Position } from "@parley/runtime/EventStore"
import type { MigrationSet } from "@parley/runtime/postgres/migrate"
import type { Postgres } from "@parley/runtime/postgres/Postgres"
import type { PostgresModel, Run } from "./PostgresModel.ts"

export const migrations: MigrationSet = {
  name: "models",
  migrations: [
    {
      number: 1,
      name: "read models and how far they have come",
      statements: [
        `CREATE TABLE models (
           name text NOT NULL,
           generation integer NOT NULL,
           state text NOT NULL CHECK (state IN ('current', 'building', 'retired')),
           version integer NOT NULL,
           epoch text NOT NULL,
           position bigint NOT NULL,
           PRIMARY KEY (name, generation)
         )`,
        // A number never comes again: who follows a generation that is gone must not take another for it.
        "CREATE SEQUENCE models_generation AS integer",
        "CREATE UNIQUE INDEX models_current ON models (name, version) WHERE state = 'current'",
      ],
    },
  ],
}

type Sql = Postgres["Service"]["sql"]

export interface Place {
  readonly generation: number
  readonly version: number
  readonly epoch: string
  readonly position: Position
}

/** What a generation has to be of, to be gone on with. */
export interface Wanted<E> {
  readonly epoch: string
  /** The log's last position, asked for once the place is known: it may have been moved just now. */
  readonly head: Effect.Effect<Position, E>
}

const prefixOf = (model: PostgresModel, generation: number): string =>
  `${model.definition.name}_${generation}_`

/** Statements on the tables of one generation. */
export const tablesOf = (sql: Sql, model: PostgresModel, generation: number): Run => {
  const prefix = prefixOf(model, generation)
  return (statement, ...parameters) => sql.unsafe(statement.replaceAll("@", prefix), parameters)
}

export const placeOf = (
  sql: Sql,
  model: PostgresModel,
  state: "current" | "building",
): Effect.Effect<Place | undefined, SqlError> =>
  Effect.map(
    sql<Place>`SELECT generation, version, epoch, position FROM models
               WHERE name = ${model.definition.name} AND version = ${model.version} AND state = ${state}`,
    ([place]) => place,
  )

/** Of what is done to generations among all advisory locks with two keys: the letters “prlg”. */
const lockClass = 0x70726c67

/** One at a time for each model, until the transaction ends. */
export const alone = (sql: Sql, schema: string, model: PostgresModel): Effect.Effect<unknown, SqlError> =>
  sql`SELECT pg_advisory_xact_lock(${lockClass}, hashtext(${`${schema}.${model.definition.name}`}))`

const create = (run: Run, model: PostgresModel): Effect.Effect<void, SqlError> =>
  Effect.forEach(model.tables, (statement) => run(statement), { discard: true })

/** All of a generation's tables, whichever version made them. */
const drop = Effect.fnUntraced(function* (
  sql: Sql,
  model: PostgresModel,
  generation: number,
): Effect.fn.Return<void, SqlError> {
  const tables = yield* sql<{ readonly name: string }>`
    SELECT tablename AS name FROM pg_tables
    WHERE schemaname = current_schema() AND starts_with(tablename, ${prefixOf(model, generation)})`
  if (tables.length > 0) yield* sql.unsafe(`DROP TABLE ${tables.map(({ name }) => name).join(", ")}`)
})

const nextGeneration = (sql: Sql): Effect.Effect<number, SqlError> =>
  Effect.map(
    sql<{ readonly generation: number }>`SELECT nextval('models_generation')::integer AS generation`,
    ([next]) => next!.generation,
  )

/**
 * The place to go on from, with tables that belong to it: those of another epoch, or from beyond the log's end, are dropped and made
 * anew. Inside a transaction.
 */
export const openGeneration = Effect.fnUntraced(function* <E>(
  { sql, schema }: Postgres["Service"],
  model: PostgresModel,
  state: "current" | "building",
  { epoch, head }: Wanted<E>,
): Effect.fn.Return<Place, SqlError | E> {
  yield* alone(sql, schema, model)
  const { name } = model.definition
  const { version } = model
  const found = yield* placeOf(sql, model, state)
  if (found?.epoch === epoch && found.position <= (yield* head)) return found
  const generation = found?.generation ?? (yield* nextGeneration(sql))
  yield* drop(sql, model, generation)
  yield* create(tablesOf(sql, model, generation), model)
  yield* sql`INSERT INTO models (name, generation, state, version, epoch, position)
             VALUES (${name}, ${generation}, ${state}, ${version}, ${epoch}, -1)
             ON CONFLICT (name, generation) DO UPDATE SET epoch = excluded.epoch, position = -1`
  return { generation, version, epoch, position: -1 }
})

/** False when it does not stand there any more: somebody else has moved it, or it is retired. */
export const movePlace = (
  sql: Sql,
  model: PostgresModel,
  { generation, version, epoch, position }: Place,
  to: Position,
): Effect.Effect<boolean, SqlError> =>
  Effect.map(
    sql`UPDATE models SET position = ${to}
        WHERE name = ${model.definition.name} AND generation = ${generation} AND version = ${version} AND epoch = ${epoch}
          AND position = ${position} AND state <> 'retired'
        RETURNING generation`,
    (moved) => moved.length === 1,
  )

/** The generation that was built takes the place of the current one, if it has come as far. Inside a transaction. */
export const takeOver = Effect.fnUntraced(function* (
  { sql, schema }: Postgres["Service"],
  model: PostgresModel,
): Effect.fn.Return<boolean, SqlError> {
  yield* alone(sql, schema, model)
  const { name } = model.definition
  const { version } = model
  // Neither moves until the transaction ends.
  const places = yield* sql<{ readonly state: string; readonly position: Position }>`
    SELECT state, position FROM models WHERE name = ${name} AND version = ${version} AND state <> 'retired' ORDER BY generation FOR UPDATE`
  const next = places.find(({ state }) => state === "building")
  const current = places.find(({ state }) => state === "current")
  if (next === undefined || next.position < (current?.position ?? -1)) return false
  yield* sql`UPDATE models SET state = 'retired' WHERE name = ${name} AND version = ${version} AND state = 'current'`
  yield* sql`UPDATE models SET state = 'current' WHERE name = ${name} AND version = ${version} AND state = 'building'`
  return true
})

/** Drops what is retired, and what a release before the last one has left. Inside a transaction. */
export const dropRetired = Effect.fnUntraced(function* (
  { sql, schema }: Postgres["Service"],
  model: PostgresModel,
): Effect.fn.Return<void, SqlError> {
  yield* alone(sql, schema, model)
  const retired = yield* sql<{ readonly generation: number }>`
    DELETE FROM models
    WHERE name = ${model.definition.name} AND (state = 'retired' OR version < ${model.version - 1})
    RETURNING generation`
  for (const { generation } of retired) yield* drop(sql, model, generation)
})
