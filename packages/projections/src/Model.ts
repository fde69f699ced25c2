/**
 * A read model: tables in a SQLite file of its own, changed by events and asked by queries.
 *
 * Always true: synchronous and plain, so that one transaction can hold a batch of events and the checkpoint after it.
 */
import type { DatabaseSync } from "node:sqlite"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { StoredEvent } from "@parley/domain/StoredEvent"
import type { UserEvent } from "@parley/domain/user/events"
import type { Revocation } from "@parley/runtime/Broker"
import type { Position, RecordedEvent } from "@parley/runtime/EventStore"
import type { Blocking } from "./Directory.ts"
import type { Repair } from "./RepairFeed.ts"

/** What one batch changed that others want to hear of at once. */
export interface Changes extends Omit<Repair, "position"> {
  readonly revoked?: ReadonlyArray<Revocation>
  readonly blocked?: ReadonlyArray<Blocking>
}

export const noChanges: Changes = { heads: [], changes: [] }

export type AnyEvent = ConversationEvent | UserEvent

/** An event of the log, decoded. `subject`: the conversation or user whose stream it stands in. */
export interface ModelEvent<Event = ConversationEvent> {
  readonly event: Event
  readonly subject: string
  readonly recorded: RecordedEvent
}

export interface Model<Event = ConversationEvent> {
  /** Inside the caller's transaction. What was applied before changes nothing. */
  // A method, so that a model of some events passes for a model of any: its definition's `decode` makes no others.
  apply(events: ReadonlyArray<ModelEvent<Event>>): Changes
  /** Answers one query from one snapshot. */
  readonly query: (method: string, args: ReadonlyArray<unknown>) => unknown
}

export interface ModelDefinition<Event = ConversationEvent> {
  readonly name: string
  /** Names the tables and what `apply` makes of an event; another version is dropped and built again. */
  readonly version: number
  /** Only streams whose name starts with this; the rest of the name is the events' subject. */
  readonly prefix: string
  /** Throws `UnreadableEvent`. */
  readonly decode: (stored: StoredEvent) => Event
  /** Only events of these types, as on disk, are decoded and applied. Default: all. */
  readonly types?: ReadonlySet<string>
  /** Creates the tables; they exist when `open` is called. */
  readonly tables: string
  readonly tableNames: ReadonlyArray<string>
  /** `appliedTo`: up to where in the log the tables stand; -1: nothing is applied. */
  readonly open: (database: DatabaseSync, appliedTo: Position) => Model<Event>
}

/** An event that cannot be read, or that cannot follow what the model knows. It is never skipped. */
export class PoisonedEvent extends Error {
  constructor({ type, stream, revision, position }: RecordedEvent, reason: string) {
    super(`${type} at position ${position} (${stream}, revision ${revision}) cannot be applied: ${reason}`)
  }
}
