/**
 * Saves a snapshot of an entity's state every so many events.
 *
 * Always true: nothing waits for it, and nothing is lost when it fails.
 */
import type { SnapshotStore } from "../SnapshotStore.ts"
import type { Aggregate } from "./Aggregate.ts"

/** A snapshot is at most this many events old when an entity wakes up. */
const snapshotEvery = 500

type Encoded<State> = Pick<
  Aggregate<State, never, never, never, never>,
  "revision" | "snapshotVersion" | "encodeSnapshot"
>

export class SnapshotsWhenDue<State> {
  readonly #snapshots: SnapshotStore["Service"]
  readonly #aggregate: Encoded<State>
  readonly #stream: string
  #last = -1

  constructor(snapshots: SnapshotStore["Service"], aggregate: Encoded<State>, stream: string) {
    this.#snapshots = snapshots
    this.#aggregate = aggregate
    this.#stream = stream
  }

  /** The stream was read from this snapshot on; -1 when there was none. */
  began(revision: number): void {
    this.#last = revision
  }

  look(state: State): void {
    const revision = this.#aggregate.revision(state)
    if (revision - this.#last < snapshotEvery) return
    this.#last = revision
    this.#snapshots.save({
      stream: this.#stream,
      revision,
      version: this.#aggregate.snapshotVersion,
      state: this.#aggregate.encodeSnapshot(state),
    })
  }
}
