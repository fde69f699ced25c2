/**
 * A read model in Postgres: tables of its own, changed by events and asked by queries.
 *
 * Always true: each query is one statement, hence one snapshot. What an event changes is decided where the SQLite model decides it, too.
 */
import type * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Position } from "@parley/runtime/EventStore"
import type { AnyEvent, Changes, ModelDefinition, ModelEvent, PoisonedEvent } from "../Model.ts"

/**
 * Runs one statement on the tables of one generation: `@name` in it stands for the table `name` there. Parameters are `$1`, `$2` …;
 * many rows at once come as arrays (`arrays.ts`) through `unnest`.
 */
export type Run = <Row extends object>(
  statement: string,
  ...parameters: ReadonlyArray<unknown>
) => Effect.Effect<ReadonlyArray<Row>, SqlError>

export interface PostgresModel {
  /** What it follows of the log, and how that is decoded: the SQLite model's. */
  readonly definition: ModelDefinition<AnyEvent>
  /** Of the tables and of what `apply` makes of an event, 1 or more. Another version is built beside the one before. */
  readonly version: number
  /** Statements that create the tables. */
  readonly tables: ReadonlyArray<string>
  /** Inside the follower's transaction, after its checkpoint was moved: nobody else writes. What was applied before changes nothing. */
  readonly apply: (
    run: Run,
    events: ReadonlyArray<ModelEvent<AnyEvent>>,
  ) => Effect.Effect<void, SqlError | PoisonedEvent>
  /** What others want to hear of that was changed after `after` (exclusive), up to `upTo`; heads may be of later events. */
  readonly changes: (run: Run, after: Position, upTo: Position) => Effect.Effect<Changes, SqlError>
  readonly query: (run: Run, method: string, args: ReadonlyArray<unknown>) => Effect.Effect<unknown, SqlError>
}
