/** SQLite's own check of every page of a database. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"

/** What is wrong with the file; `undefined`: nothing. About 3 s for a gigabyte. */
export const quickCheck = (file: string): Effect.Effect<string | undefined> =>
  Effect.callback((resume) => {
    const worker = new Worker(new URL("./quickCheckWorker.ts", import.meta.url), { workerData: file })
    worker.once("message", (said: string) => resume(Effect.succeed(said === "ok" ? undefined : said)))
    worker.once("error", (cause) => resume(Effect.succeed(String(cause))))
    return Effect.promise(() => worker.terminate())
  })
