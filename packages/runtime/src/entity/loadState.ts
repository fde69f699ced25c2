/** Waking up, and reading a state without waking anybody: the latest snapshot and the events after it, page by page. */
import * as Effect from "effect/Effect"
import type { EventStore, Head } from "../EventStore.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import type { StoreUnavailable, StreamDeleted } from "../errors.ts"
import type { Aggregate } from "./Aggregate.ts"

const pageSize = 1_000

/** The state and the revision of the snapshot that it started from (-1: none), which tells when the next one is due. */
export interface Loaded<State> {
  readonly state: State
  readonly snapshotRevision: number
}

/** As much of an aggregate as reading its state takes. */
export type Stored<State, Event> = Pick<
  Aggregate<State, Event, never, never, never>,
  "initial" | "revision" | "evolve" | "decode" | "snapshotVersion" | "decodeSnapshot"
>

export const loadState = Effect.fnUntraced(function* <State, Event>(
  store: EventStore["Service"],
  snapshots: SnapshotStore["Service"],
  aggregate: Stored<State, Event>,
  stream: string,
): Effect.fn.Return<Loaded<State>, StoreUnavailable | StreamDeleted> {
  const snapshot = yield* snapshots.load(stream, aggregate.snapshotVersion)
  const head = yield* store.head(stream)
  let state = aggregate.initial
  let snapshotRevision = -1
  // A snapshot beyond the head belongs to a log that is no longer: it is ignored.
  if (snapshot !== undefined && head !== undefined && snapshot.revision <= head.revision) {
    const decoded = aggregate.decodeSnapshot(snapshot.state)
    if (decoded !== undefined) {
      state = decoded
      snapshotRevision = snapshot.revision
    }
  }
  if (head === undefined) return { state, snapshotRevision }
  return { state: yield* replay(store, aggregate, stream, state, head), snapshotRevision }
})

/** The state with everything after it, up to the head at least. */
export const replay = Effect.fnUntraced(function* <State, Event>(
  store: EventStore["Service"],
  aggregate: Stored<State, Event>,
  stream: string,
  from: State,
  head: Head,
): Effect.fn.Return<State, StoreUnavailable | StreamDeleted> {
  let state = from
  while (aggregate.revision(state) < head.revision) {
    const events = yield* store
      .readStream(stream, {
        direction: "forward",
        from: aggregate.revision(state) + 1,
        limit: pageSize,
      })
      .pipe(Effect.catchTag("StreamNotFound", () => Effect.succeed([])))
    if (events.length === 0) break
    for (const event of events) state = aggregate.evolve(state, aggregate.decode(event))
  }
  return state
})
