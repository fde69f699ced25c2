/** A copy of the log in a thread of its own: large logs take a while, and neither writer nor reader may wait for it. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { StoreUnavailable } from "../../errors.ts"
import type { BackupAnswer, BackupOptions } from "./backupWorker.ts"

/** Interrupted, it leaves a partial file, which does not open as a log. */
export const backupLog = (file: string, target: string): Effect.Effect<void, StoreUnavailable> =>
  Effect.callback((resume) => {
    const worker = new Worker(new URL("./backupWorker.ts", import.meta.url), {
      workerData: { file, target } satisfies BackupOptions,
    })
    const done = (reason: BackupAnswer): void =>
      resume(
        reason === undefined
          ? Effect.void
          : Effect.fail(new StoreUnavailable({ reason: `the backup failed: ${reason}` })),
      )
    worker.once("message", done)
    worker.once("error", (cause) => done(String(cause)))
    return Effect.promise(() => worker.terminate())
  })
