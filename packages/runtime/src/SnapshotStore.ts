/**
 * The snapshot store port: an entity's state as of a revision, so that waking up reads a short tail instead of the whole stream.
 *
 * Always true: a snapshot is a cache. A missing, old or unreadable one costs time and nothing else; one of another epoch or state
 * version is not returned.
 * Not for: anything that cannot be read again from the log.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export interface Snapshot {
  readonly stream: string
  /** The last event folded into it. */
  readonly revision: number
  /** Names the shape of `state`; another version is worthless. */
  readonly version: number
  /** JSON text. */
  readonly state: string
}

export class SnapshotStore extends Context.Service<
  SnapshotStore,
  {
    /** The latest snapshot of this version in the current epoch. Trouble with the store counts as having none. */
    readonly load: (stream: string, version: number) => Effect.Effect<Snapshot | undefined>
    /** Hands over and does not wait. Beyond 1,000 waiting snapshots the newest is dropped: the next one will do. */
    readonly save: (snapshot: Snapshot) => void
  }
>()("@parley/runtime/SnapshotStore") {}
