/** The main thread's side of the reader thread: requests of one turn of the event loop travel in one message. */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { StoreUnavailable } from "../../errors.ts"
import type { LogReader } from "../SqliteLogReader.ts"
import type { ReaderReply, ReaderRequest } from "./messages.ts"
import { Pending } from "./Pending.ts"

const timeoutMs = 5_000
/** More reads than this waiting: the newest is refused at once. */
const maxWaiting = 65_536

export class ReaderThread {
  readonly #worker: Worker
  readonly #pending = new Pending<ReaderReply>(timeoutMs)
  #unsent: Array<ReaderRequest> = []
  #alive = true

  constructor(file: string) {
    this.#worker = new Worker(new URL("./readerWorker.ts", import.meta.url), { workerData: { file } })
    this.#worker.on("message", (replies: ReadonlyArray<ReaderReply>) => {
      for (const reply of replies) this.#pending.settle(reply.id, reply)
    })
    const die = (): void => {
      this.#alive = false
      this.#pending.end()
    }
    this.#worker.on("error", die)
    this.#worker.on("exit", die)
  }

  readonly ask = <Method extends keyof LogReader>(
    method: Method,
    ...args: Parameters<LogReader[Method]>
  ): Effect.Effect<ReturnType<LogReader[Method]>, StoreUnavailable> =>
    Effect.callback((resume) => {
      const refusal = !this.#alive
        ? "the reader is gone"
        : this.#pending.size >= maxWaiting
          ? "overloaded"
          : ""
      if (refusal !== "") {
        resume(Effect.fail(new StoreUnavailable({ reason: refusal })))
        return
      }
      const id = this.#pending.add((reply) => {
        if (reply === undefined) resume(Effect.fail(new StoreUnavailable({ reason: "no answer" })))
        else if ("failure" in reply) resume(Effect.fail(new StoreUnavailable({ reason: reply.failure })))
        else resume(Effect.succeed(reply.result as ReturnType<LogReader[Method]>))
      })
      this.#unsent.push({ id, method, args })
      if (this.#unsent.length === 1)
        setImmediate(() => {
          const requests = this.#unsent
          this.#unsent = []
          if (this.#alive) this.#worker.postMessage(requests)
        })
    })
}
