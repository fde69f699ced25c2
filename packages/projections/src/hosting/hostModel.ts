/** Where a model lives: in a worker thread with a file of its own, or in this thread for tests. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { EventStore, type Position } from "@parley/runtime/EventStore"
import { Follower, type FollowedLog } from "../Follower.ts"
import type { Changes, ModelDefinition } from "../Model.ts"
import type { FromModel, ModelThreadData } from "./messages.ts"
import { ModelHost } from "./ModelHost.ts"
import { ModelLoop } from "./ModelLoop.ts"

type OnProgress = (position: Position, changes: Changes) => void

const follow = (host: ModelHost): Effect.Effect<void, never, EventStore | Scope.Scope> =>
  Effect.flatMap(EventStore, (store) => store.onCommitted(host.committed))

export const inWorker = Effect.fnUntraced(function* (
  data: ModelThreadData,
  onProgress: OnProgress,
): Effect.fn.Return<ModelHost, never, EventStore | Scope.Scope> {
  const worker = new Worker(new URL("./modelWorker.ts", import.meta.url), { workerData: data })
  const host = new ModelHost((message) => worker.postMessage(message), onProgress)
  worker.on("message", (message: FromModel) => host.receive(message))
  worker.on("error", (cause) => host.end(`the thread died: ${String(cause)}`))
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      host.end("the thread has ended")
      resolve()
    })
  })
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      Effect.sync(() => worker.postMessage({ _tag: "Close" })),
      Effect.promise(() => ended),
    ),
  )
  yield* follow(host)
  return host
})

/** For tests: in memory, over a log that can be read synchronously. */
export const inThread = Effect.fnUntraced(function* (
  definition: ModelDefinition,
  log: FollowedLog,
  onProgress: OnProgress,
): Effect.fn.Return<ModelHost, never, EventStore | Scope.Scope> {
  let loop: ModelLoop | undefined
  const host = new ModelHost((message) => loop?.receive(message), onProgress)
  loop = new ModelLoop(new Follower(definition, log, ":memory:"), (message) => host.receive(message))
  yield* Effect.addFinalizer(() => Effect.sync(() => loop?.receive({ _tag: "Close" })))
  yield* follow(host)
  return host
})
