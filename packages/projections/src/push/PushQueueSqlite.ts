/**
 * The push queue in a SQLite file behind a worker thread.
 *
 * Always true: an operation that has succeeded is on the disk. A file that cannot be opened, or a dead thread, makes every operation
 * `Unavailable`: people write and read on, and pushes wait in the log.
 */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Pending } from "@parley/runtime/Pending"
import { PushQueue } from "./PushQueue.ts"
import type { FromQueue, QueueReply, ToQueue } from "./queue/messages.ts"
import type { QueueFileOptions } from "./queue/QueueFile.ts"
import { type Ask, noStats, queueService } from "./queue/service.ts"

/** For an operation, on a disk that is busy with everything else. */
const timeoutMs = 30_000

const openThread = (options: QueueFileOptions) => {
  const worker = new Worker(new URL("./queue/queueWorker.ts", import.meta.url), { workerData: options })
  const pending = new Pending<QueueReply>(timeoutMs)
  let stats = noStats
  let dead: string | undefined
  const die = (reason: string): void => {
    dead ??= reason
    pending.end()
  }
  worker.on("message", ({ id, reply, stats: latest }: FromQueue) => {
    stats = latest
    pending.settle(id, reply)
  })
  worker.on("error", (cause) => die(cause instanceof Error ? cause.message : String(cause)))
  const ended = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      die("its thread has ended")
      resolve()
    })
  })
  const ask: Ask = (name, args) =>
    Effect.callback((resume) => {
      const settle = (reply: QueueReply | undefined): void =>
        resume(Effect.succeed(reply ?? { _tag: "Failed", reason: dead ?? "it does not answer" }))
      if (dead !== undefined) return settle(undefined)
      const id = pending.add(settle)
      worker.postMessage({ _tag: "Ask", id, name, args } satisfies ToQueue)
    })
  const close = Effect.suspend(() => {
    if (dead === undefined) worker.postMessage({ _tag: "Close" } satisfies ToQueue)
    return Effect.promise(() => ended)
  })
  return { service: queueService(ask, () => stats), close }
}

/** Its thread lives as long as the layer. */
export const layer = (options: QueueFileOptions): Layer.Layer<PushQueue> =>
  Layer.effect(
    PushQueue,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => openThread(options)),
        ({ close }) => close,
      ),
      ({ service }) => service,
    ),
  )
