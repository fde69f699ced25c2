/**
 * A follower: reads the log after its checkpoint and applies it to a model, batch by batch.
 *
 * Always true: the rows of a batch and the checkpoint after it are one transaction, and the checkpoint moves by compare-and-set, so
 * two followers of one model cannot both apply an event. The model may be thrown away at any time.
 * Not for: effects on the world; those must not be rebuilt from zero.
 */
import { DatabaseSync } from "node:sqlite"
import type { Position, RecordedEvent } from "@parley/runtime/EventStore"
import type { Changes, Model, ModelDefinition } from "./Model.ts"

/** Events in one transaction. */
const batchSize = 500

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
  constructor(name: string) {
    super(`another follower has taken over the model ${name}`)
  }
}

export interface Step {
  readonly position: Position
  readonly changes: Changes
  /** False when the log held nothing more. */
  readonly more: boolean
}

const openDatabase = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file)
  // NORMAL: after a power cut the last batches are applied again from the checkpoint that survived with their rows.
  database.exec(
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000; PRAGMA cache_size=-65536",
  )
  database.exec(`CREATE TABLE IF NOT EXISTS checkpoint (
    name TEXT PRIMARY KEY, version INTEGER NOT NULL, epoch TEXT NOT NULL, position INTEGER NOT NULL) STRICT`)
  return database
}

export class Follower {
  readonly #definition: ModelDefinition
  readonly #log: FollowedLog
  readonly #database: DatabaseSync
  readonly model: Model
  #position: Position

  /** @param file a path, or `:memory:`. A model of another epoch or version, or from beyond the log's end, starts anew. */
  constructor(definition: ModelDefinition, log: FollowedLog, file: string) {
    this.#definition = definition
    this.#log = log
    this.#database = openDatabase(file)
    this.#position = this.#prepare()
    this.model = definition.open(this.#database)
  }

  get position(): Position {
    return this.#position
  }

  get lag(): number {
    return this.#log.headPosition() - this.#position
  }

  /** Applies the next batch. Throws `SteppedDown`, or what `apply` throws; nothing of the batch is kept then. */
  step(): Step {
    const from = this.#position
    // Read before the events: what the filter skips up to here needs no second look.
    const head = this.#log.headPosition()
    const { prefixes } = this.#definition
    const events = this.#log.readAll({ from: from + 1, limit: batchSize, prefixes })
    const more = events.length === batchSize
    const position = more ? events.at(-1)!.position : Math.max(head, events.at(-1)?.position ?? from)
    if (position === from) return { position, changes: { heads: [], changes: [] }, more: false }
    this.#database.exec("BEGIN IMMEDIATE")
    try {
      const changes = this.model.apply(events)
      this.#moveCheckpoint(from, position)
      this.#database.exec("COMMIT")
      this.#position = position
      return { position, changes, more }
    } catch (cause) {
      this.#database.exec("ROLLBACK")
      throw cause
    }
  }

  close(): void {
    this.#database.close()
  }

  #moveCheckpoint(from: Position, to: Position): void {
    const { name, version } = this.#definition
    const { changes } = this.#database
      .prepare(
        "UPDATE checkpoint SET position = ? WHERE name = ? AND version = ? AND epoch = ? AND position = ?",
      )
      .run(to, name, version, this.#log.epoch(), from)
    if (changes !== 1) throw new SteppedDown(name)
  }

  #prepare(): Position {
    const { name, version, tables, tableNames } = this.#definition
    const epoch = this.#log.epoch()
    const checkpoint = this.#database.prepare("SELECT * FROM checkpoint WHERE name = ?").get(name) as
      | { version: number; epoch: string; position: number }
      | undefined
    if (
      checkpoint !== undefined &&
      checkpoint.version === version &&
      checkpoint.epoch === epoch &&
      checkpoint.position <= this.#log.headPosition()
    )
      return checkpoint.position
    this.#database.exec("BEGIN IMMEDIATE")
    for (const table of tableNames) this.#database.exec(`DROP TABLE IF EXISTS ${table}`)
    this.#database.exec(tables)
    this.#database
      .prepare("INSERT OR REPLACE INTO checkpoint (name, version, epoch, position) VALUES (?, ?, ?, -1)")
      .run(name, version, epoch)
    this.#database.exec("COMMIT")
    return -1
  }
}
