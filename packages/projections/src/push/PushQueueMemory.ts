/** The push queue in this thread and in memory, for tests. Nothing survives the layer. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { PushQueue } from "./PushQueue.ts"
import { answer } from "./queue/answer.ts"
import { QueueFile, type QueueFileOptions } from "./queue/QueueFile.ts"
import { queueService } from "./queue/service.ts"

export const layer = (options: Omit<QueueFileOptions, "file">): Layer.Layer<PushQueue> =>
  Layer.effect(
    PushQueue,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => new QueueFile({ ...options, file: ":memory:" })),
        (file) => Effect.sync(() => file.close()),
      ),
      (file) =>
        queueService(
          (name, args) => Effect.sync(() => answer(file, name, args)),
          () => file.stats(),
        ),
    ),
  )
