/**
 * A read model: tables in a SQLite file of its own, changed by events and asked by queries.
 *
 * Always true: synchronous and plain, so that one transaction can hold a batch of events and the checkpoint after it.
 */
import type { DatabaseSync } from "node:sqlite"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import type { Repair } from "./RepairFeed.ts"

/** What one batch changed that others want to hear of at once. */
export type Changes = Omit<Repair, "position">

export const noChanges: Changes = { heads: [], changes: [] }

/** An event of the log, decoded. */
export interface ModelEvent {
  readonly event: ConversationEvent
  readonly conversation: string
  readonly recorded: RecordedEvent
}

export interface Model {
  /** Inside the caller's transaction. What was applied before changes nothing. */
  readonly apply: (events: ReadonlyArray<ModelEvent>) => Changes
  /** Answers one query from one snapshot. */
  readonly query: (method: string, args: ReadonlyArray<unknown>) => unknown
}

export interface ModelDefinition {
  readonly name: string
  /** Names the tables and what `apply` makes of an event; another version is dropped and built again. */
  readonly version: number
  /** Only streams whose name starts with this; the rest of the name is the conversation. */
  readonly prefix: string
  /** Only events of these types, as on disk, are decoded and applied. Default: all. */
  readonly types?: ReadonlySet<string>
  /** Creates the tables; they exist when `open` is called. */
  readonly tables: string
  readonly tableNames: ReadonlyArray<string>
  readonly open: (database: DatabaseSync) => Model
}

/** An event that cannot be read, or that cannot follow what the model knows. It is never skipped. */
export class PoisonedEvent extends Error {
  constructor({ type, stream, revision, position }: RecordedEvent, reason: string) {
    super(`${type} at position ${position} (${stream}, revision ${revision}) cannot be applied: ${reason}`)
  }
}
