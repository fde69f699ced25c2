/** The in-memory twin of the snapshot store. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Snapshot, SnapshotStore } from "../SnapshotStore.ts"

export const layer: Layer.Layer<SnapshotStore> = Layer.sync(SnapshotStore, () => {
  const snapshots = new Map<string, Snapshot>()
  return {
    load: (stream, version) =>
      Effect.sync(() => {
        const snapshot = snapshots.get(stream)
        return snapshot?.version === version ? snapshot : undefined
      }),
    save: (snapshot) => {
      snapshots.set(snapshot.stream, snapshot)
    },
  }
})
