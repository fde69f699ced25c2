/**
 * A read model: tables in a SQLite file of its own, changed by events and asked by queries.
 *
 * Always true: synchronous and plain, so that one transaction can hold a batch of events and the checkpoint after it.
 */
import type { DatabaseSync } from "node:sqlite"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import type { Repair } from "./RepairFeed.ts"

/** What one batch changed that others want to hear of at once. */
export type Changes = Omit<Repair, "position">

export interface Model {
  readonly name: string
  /** Names the tables and what `apply` makes of an event; another version is dropped and built again. */
  readonly version: number
  /** Inside the caller's transaction. Throws for an event that cannot be read: it is never skipped. */
  readonly apply: (events: ReadonlyArray<RecordedEvent>) => Changes
  /** Answers one query from one snapshot. */
  readonly query: (method: string, args: ReadonlyArray<unknown>) => unknown
}

/** `tables` creates them; they exist when `open` is called. */
export interface ModelDefinition {
  readonly name: string
  readonly version: number
  readonly prefixes: ReadonlyArray<string>
  readonly tables: string
  readonly tableNames: ReadonlyArray<string>
  readonly open: (database: DatabaseSync) => Model
}
