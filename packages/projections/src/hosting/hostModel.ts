/** Where a model lives: in a worker thread with a file of its own, or in this thread for tests. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EventStore, type Position } from "@parley/runtime/EventStore"
import { Follower, type FollowedLog } from "../Follower.ts"
import type { Changes } from "../Model.ts"
import { type ModelName, modelNamed } from "../modelNamed.ts"
import { type SpanMaker, Spans } from "@parley/runtime/telemetry/Spans"
import type { AppliedTraces, FromModel, ModelThreadData, ToModel } from "./messages.ts"
import { ModelHost } from "./ModelHost.ts"
import { ModelLoop } from "./ModelLoop.ts"

type OnProgress = (position: Position, changes: Changes) => void

/** What is behind the log belongs to the trace that the event's own metadata names. */
const spansOf =
  (spans: SpanMaker, model: ModelName) =>
  ({ endedAt, startedAt, traceparents }: AppliedTraces): void => {
    const attributes = { "parley.model": model }
    for (const parent of traceparents)
      spans.start({ name: "projection.apply", parent, startedAt, attributes })?.end({ endedAt })
  }

const openHost = Effect.fnUntraced(function* (
  model: ModelName,
  onProgress: OnProgress,
  post: (message: ToModel) => void,
): Effect.fn.Return<ModelHost, never, EventStore | Scope.Scope> {
  const context = yield* Effect.context<never>()
  const store = yield* EventStore
  const onFailure = (reason: string): void => {
    Effect.runForkWith(context)(Effect.logError(`The ${model} model does not follow the log`, reason))
  }
  const spans = yield* Spans
  const onApplied = spans === undefined ? undefined : spansOf(spans, model)
  const host = new ModelHost({ post, onProgress, onFailure, onApplied })
  yield* store.onCommitted(host.committed)
  return host
})

/** Its thread lives as long as the scope. It need not have opened its file yet: the first reads wait. */
export const inWorker = Effect.fnUntraced(function* (
  data: ModelThreadData,
  onProgress: OnProgress,
): Effect.fn.Return<ModelHost, never, EventStore | Scope.Scope> {
  const worker = new Worker(new URL("./modelWorker.ts", import.meta.url), {
    workerData: { ...data, tellTraced: (yield* Spans) !== undefined } satisfies ModelThreadData,
  })
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", () => resolve())
  })
  const host = yield* openHost(data.model, onProgress, (message) => worker.postMessage(message))
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      host.close()
      worker.postMessage({ _tag: "Close" } satisfies ToModel)
      return Effect.promise(() => ended)
    }),
  )
  worker.on("message", (message: FromModel) => host.receive(message))
  worker.on("error", (cause) => host.died(`its thread died: ${String(cause)}`))
  worker.once("exit", () => host.died("its thread has ended"))
  return host
})

/** For tests: in memory, over a log that can be read synchronously. */
export const inThread = Effect.fnUntraced(function* (
  model: ModelName,
  log: FollowedLog,
  onProgress: OnProgress,
): Effect.fn.Return<ModelHost, never, EventStore | Scope.Scope> {
  let loop: ModelLoop | undefined
  const host = yield* openHost(model, onProgress, (message) => loop?.receive(message))
  loop = new ModelLoop({
    open: () => new Follower(modelNamed[model], log, ":memory:"),
    setAside: () => undefined,
    say: host.receive,
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      host.close()
      loop?.receive({ _tag: "Close" })
    }),
  )
  return host
})
