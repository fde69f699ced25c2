/** A command loop in the scope of an entity: its fiber is the scope's, and its end tells everybody who waits. */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { EventStore } from "../EventStore.ts"
import { SnapshotStore } from "../SnapshotStore.ts"
import { EntityMeters } from "../telemetry/EntityMeters.ts"
import { Spans } from "../telemetry/Spans.ts"
import type { Aggregate } from "./Aggregate.ts"
import { CommandLoop } from "./CommandLoop.ts"

export const makeLoop = Effect.fnUntraced(function* <State, Event, Request, Command, Answer>(
  stream: string,
  aggregate: Aggregate<State, Event, Request, Command, Answer>,
): Effect.fn.Return<
  CommandLoop<State, Event, Request, Command, Answer>,
  never,
  EventStore | SnapshotStore | Scope.Scope
> {
  const fork = yield* FiberSet.makeRuntime<never, void, never>()
  const loop = new CommandLoop({
    aggregate,
    store: yield* EventStore,
    snapshots: yield* SnapshotStore,
    stream,
    fork: (run) => void fork(run),
    telemetry: {
      counts: yield* EntityMeters,
      spans: yield* Spans,
      traceparentOf: aggregate.traceparentOf,
    },
  })
  yield* Effect.addFinalizer(() => loop.close)
  return loop
})
