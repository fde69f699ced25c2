/** The main thread's side of the reader thread: requests of one turn of the event loop travel in one message. */
import { atEndOfTurn } from "../../endOfTurn.ts"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { StoreUnavailable } from "../../errors.ts"
import { Pending } from "../../Pending.ts"
import type { ReaderAnswer, ReaderMethods, ReaderRequest } from "./readerWorker.ts"

const timeoutMs = 5_000
/** More reads than this waiting: the newest is refused at once. */
const maxWaiting = 65_536

export class ReaderThread {
  readonly #worker: Worker
  readonly #pending = new Pending<ReaderAnswer>(timeoutMs)
  #unsent: Array<ReaderRequest> = []
  #lost: string | undefined

  constructor(worker: Worker, lost: (reason: string) => void) {
    this.#worker = worker
    worker.on("message", (answers: ReadonlyArray<ReaderAnswer>) => {
      for (const answer of answers) this.#pending.settle(answer.id, answer)
    })
    const lose = (reason: string): void => {
      if (this.#lost !== undefined) return
      this.#lost = reason
      this.#pending.end()
      lost(reason)
    }
    worker.on("error", (cause) => lose(`the reader thread failed: ${String(cause)}`))
    worker.on("exit", () => lose("the store is closed"))
  }

  readonly ask = <Method extends keyof ReaderMethods>(
    method: Method,
    ...args: Parameters<ReaderMethods[Method]>
  ): Effect.Effect<ReturnType<ReaderMethods[Method]>, StoreUnavailable> =>
    Effect.callback((resume) => {
      const fail = (reason: string): void => resume(Effect.fail(new StoreUnavailable({ reason })))
      if (this.#lost !== undefined) return fail(this.#lost)
      if (this.#pending.size >= maxWaiting) return fail("overloaded")
      const id = this.#pending.add((answer) => {
        if (answer === undefined) fail(this.#lost ?? "the store did not answer in time")
        else if ("failure" in answer) fail(answer.failure)
        else resume(Effect.succeed(answer.result as ReturnType<ReaderMethods[Method]>))
      })
      this.#unsent.push({ id, method, args })
      if (this.#unsent.length === 1) atEndOfTurn(this.#flush)
      return undefined
    })

  readonly close: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#lost !== undefined) return resume(Effect.void)
    this.#worker.once("exit", () => resume(Effect.void))
    this.#worker.postMessage("close")
  })

  readonly #flush = (): void => {
    const requests = this.#unsent
    this.#unsent = []
    if (this.#lost === undefined) this.#worker.postMessage(requests)
  }
}

/** Starts the thread, which lives as long as the scope; it opens the file when it is first asked. */
export const startReaderWorker = (file: string): Effect.Effect<Worker, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL("./readerWorker.ts", import.meta.url), { workerData: { file } })),
    (worker) => Effect.promise(() => worker.terminate()),
  )

/** The file must be open for writing by now. */
export const useReaderWorker = (
  worker: Worker,
  lost: (reason: string) => void,
): Effect.Effect<ReaderThread, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => new ReaderThread(worker, lost)),
    (reader) => reader.close,
  )
