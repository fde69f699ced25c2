/** The main thread's side of building a model: starts the thread, and waits for its end. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"
import type { ModelThreadData } from "../hosting/messages.ts"
import type { BuildFailed } from "./Hosting.ts"

export type FromBuilder =
  | { readonly _tag: "Position"; readonly position: Position }
  | { readonly _tag: "Built" }
  | { readonly _tag: "Failed"; readonly reason: string }

/** Interrupted, it stops the thread wherever it is: the file keeps the last whole batch. */
export const buildInThread = (
  data: ModelThreadData,
  onPosition: (position: Position) => void,
): Effect.Effect<void, BuildFailed> =>
  Effect.callback((resume) => {
    const fail = (reason: string): void => resume(Effect.fail({ _tag: "BuildFailed", reason }))
    const worker = new Worker(new URL("./builderWorker.ts", import.meta.url), { workerData: data })
    let outcome: FromBuilder | undefined
    worker.on("message", (message: FromBuilder) => {
      if (message._tag === "Position") onPosition(message.position)
      else outcome = message
    })
    worker.on("error", (cause) => fail(`its thread died: ${String(cause)}`))
    // Only then has it closed its files.
    worker.once("exit", () => {
      if (outcome?._tag === "Built") resume(Effect.void)
      else fail(outcome?._tag === "Failed" ? outcome.reason : "its thread has ended")
    })
    return Effect.promise(() => worker.terminate())
  })
