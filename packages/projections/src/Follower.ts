/**
 * A follower: reads the log after its checkpoint and applies it to a model, batch by batch.
 *
 * Always true: the rows of a batch and the checkpoint after it are one transaction, and the checkpoint moves by compare-and-set, so
 * two followers of one model cannot both apply an event. The model may be thrown away at any time.
 * Not for: effects on the world; those must not be rebuilt from zero.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { UnreadableEvent } from "@parley/domain/StoredEvent"
import type { Position, RecordedEvent } from "@parley/runtime/EventStore"
import { isSampled, traceparentIn } from "@parley/runtime/telemetry/Spans"
import { openModelFile } from "./modelFile.ts"
import {
  type AnyEvent,
  type Changes,
  type Model,
  type ModelDefinition,
  type ModelEvent,
  noChanges,
  PoisonedEvent,
} from "./Model.ts"
import { inTransaction } from "./inTransaction.ts"

/** Events in one transaction. */
const batchSize = 500
/** Of a batch that are told of. */
const mostTraced = 64

/** The log as a follower needs it; `LogReader` of the embedded store is one. */
export interface FollowedLog {
  /** In commit order, from `from` (inclusive) on. */
  readonly readAll: (read: {
    readonly from: Position
    readonly limit: number
    readonly prefixes?: ReadonlyArray<string>
  }) => ReadonlyArray<RecordedEvent>
  readonly headPosition: () => Position
  readonly epoch: () => string
}

/** Somebody else moved the checkpoint: this follower must stop. */
export class SteppedDown extends Error {
  constructor(name: string, from: Position) {
    super(`another follower has moved the ${name} model on from position ${from}`)
  }
}

/** The log could not be read just now. The model is as it was. */
export class LogUnreachable extends Error {
  constructor(cause: unknown) {
    super(`the log cannot be read: ${String(cause)}`, { cause })
  }
}

/** Failures of the log's file are not failures of the model's. */
const reading = <A>(read: () => A): A => {
  try {
    return read()
  } catch (cause) {
    throw new LogUnreachable(cause)
  }
}

export interface Step {
  readonly position: Position
  readonly changes: Changes
  /** False when the log held nothing more. */
  readonly more: boolean
  /** The trace contexts of events that were applied, some of them if there are many; absent unless asked for. */
  readonly traced?: ReadonlyArray<string>
}

interface Checkpoint {
  readonly version: number
  readonly epoch: string
  readonly position: number
}

const tracedAmong = (events: ReadonlyArray<ModelEvent<AnyEvent>>): ReadonlyArray<string> =>
  events
    .map(({ recorded }) => traceparentIn(recorded.metadata))
    .filter(isSampled)
    .slice(0, mostTraced)

export class Follower {
  readonly #definition: ModelDefinition<AnyEvent>
  readonly #log: FollowedLog
  readonly #database: DatabaseSync
  readonly #moveCheckpoint: StatementSync
  readonly #model: Model<AnyEvent>
  readonly #tellTraced: boolean
  #position: Position

  /** @param file a path, or `:memory:`. A model of another epoch or version, or from beyond the log's end, starts anew. */
  constructor(
    definition: ModelDefinition<AnyEvent>,
    log: FollowedLog,
    file: string,
    { tellTraced = false }: { readonly tellTraced?: boolean } = {},
  ) {
    this.#tellTraced = tellTraced
    this.#definition = definition
    this.#log = log
    this.#database = openModelFile(file)
    try {
      this.#position = inTransaction(this.#database, () => this.#resume())
      this.#moveCheckpoint = this.#database.prepare(
        "UPDATE checkpoint SET position = ? WHERE name = ? AND version = ? AND epoch = ? AND position = ?",
      )
      this.#model = definition.open(this.#database, this.#position)
    } catch (cause) {
      this.#database.close()
      throw cause
    }
  }

  get position(): Position {
    return this.#position
  }

  /** Answers from one snapshot: everything up to `position`, nothing of a batch under way. */
  query(method: string, args: ReadonlyArray<unknown>): unknown {
    return this.#model.query(method, args)
  }

  /** Applies the next batch. Throws `SteppedDown`, `PoisonedEvent`, or what SQLite throws; nothing of the batch is kept then. */
  step(): Step {
    const from = this.#position
    // Read before the events: what the filter skips up to here needs no second look.
    const head = reading(() => this.#log.headPosition())
    const prefixes = [this.#definition.prefix]
    const recorded = reading(() => this.#log.readAll({ from: from + 1, limit: batchSize, prefixes }))
    const more = recorded.length === batchSize
    const position = more ? recorded.at(-1)!.position : Math.max(head, recorded.at(-1)?.position ?? from)
    if (position === from) return { position, changes: noChanges, more: false }
    const events = recorded.flatMap((one) => this.#decode(one))
    const epoch = reading(() => this.#log.epoch())
    const changes = inTransaction(this.#database, () => {
      // First: what another follower has made of the tables says nothing about this batch.
      const { name, version } = this.#definition
      const moved = this.#moveCheckpoint.run(position, name, version, epoch, from)
      if (moved.changes !== 1) throw new SteppedDown(name, from)
      return this.#model.apply(events)
    })
    this.#position = position
    if (!this.#tellTraced) return { position, changes, more }
    return { position, changes, more, traced: tracedAmong(events) }
  }

  close(): void {
    this.#database.close()
  }

  #decode(recorded: RecordedEvent): ReadonlyArray<ModelEvent<AnyEvent>> {
    const { prefix, types, decode } = this.#definition
    if (types !== undefined && !types.has(recorded.type)) return []
    try {
      return [{ event: decode(recorded), subject: recorded.stream.slice(prefix.length), recorded }]
    } catch (cause) {
      if (!(cause instanceof UnreadableEvent)) throw cause
      throw new PoisonedEvent(recorded, cause.reason)
    }
  }

  /** From the checkpoint, or from zero with new tables. */
  #resume(): Position {
    const { name, version, tables, tableNames } = this.#definition
    const [epoch, head] = reading(() => [this.#log.epoch(), this.#log.headPosition()])
    const checkpoint = this.#database.prepare("SELECT * FROM checkpoint WHERE name = ?").get(name) as
      | Checkpoint
      | undefined
    if (
      checkpoint !== undefined &&
      checkpoint.version === version &&
      checkpoint.epoch === epoch &&
      checkpoint.position <= head
    )
      return checkpoint.position
    for (const table of tableNames) this.#database.exec(`DROP TABLE IF EXISTS ${table}`)
    this.#database.exec(tables)
    this.#database
      .prepare("INSERT OR REPLACE INTO checkpoint (name, version, epoch, position) VALUES (?, ?, ?, -1)")
      .run(name, version, epoch)
    return -1
  }
}
