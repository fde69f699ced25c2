/** Waiting until read models know everything that was acknowledged before the call. */
import * as Effect from "effect/Effect"
import type { EventStore, Position } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"

/** The log's end as of the call. `Unavailable` when a model does not come there within a second. */
export const modelsAtHead = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  models: ReadonlyArray<{ readonly caughtUp: (position: Position) => Effect.Effect<void, Unavailable> }>,
): Effect.fn.Return<Position, Unavailable> {
  const position = yield* Effect.mapError(store.headPosition, ({ reason }) => new Unavailable({ reason }))
  yield* Effect.forEach(models, (model) => model.caughtUp(position), {
    concurrency: "unbounded",
    discard: true,
  })
  return position
})
