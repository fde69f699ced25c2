/**
 * The main thread's side of the writer thread.
 *
 * Always true: requests of one turn of the event loop travel in one message, in the order asked. A request that is not answered in
 * time, or whose thread died, has an unknown outcome.
 */
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { StoreRefused, StoreUnavailable } from "../../errors.ts"
import type { LogFileOptions } from "./logFile.ts"
import type { FromWriter, WriterReply, WriterRequest } from "./messages.ts"
import { Pending } from "./Pending.ts"

/** The longest that a commit may take before its outcome counts as unknown. */
const timeoutMs = 5_000
/** A copy of a large log takes its time. */
export const backupTimeoutMs = 3_600_000
/** More requests than this waiting: the store is not keeping up, and the newest is refused at once. */
const maxWaiting = 65_536

export interface WriterStats {
  readonly commits: number
  readonly appends: number
  readonly commitMsTotal: number
  readonly commitMsMax: number
  readonly waiting: number
  readonly alive: boolean
}

export class WriterThread {
  readonly #worker: Worker
  readonly #pending = new Pending<WriterReply>(timeoutMs)
  readonly #onPosition: (position: number) => void
  #unsent: Array<WriterRequest> = []
  #alive = true
  #commits = 0
  #appends = 0
  #commitMsTotal = 0
  #commitMsMax = 0

  private constructor(worker: Worker, onPosition: (position: number) => void) {
    this.#worker = worker
    this.#onPosition = onPosition
    worker.on("message", (message: FromWriter) => {
      if (message._tag === "Replies") this.#settle(message)
    })
    worker.on("error", () => this.#die())
    worker.on("exit", () => this.#die())
  }

  /** Opens the file in a thread of its own. */
  static open(
    options: LogFileOptions,
    onPosition: (position: number) => void,
  ): Effect.Effect<{ writer: WriterThread; epoch: string; position: number }, StoreRefused> {
    return Effect.callback((resume) => {
      const worker = new Worker(new URL("./writerWorker.ts", import.meta.url), { workerData: options })
      const refuse = (reason: StoreRefused["reason"], detail: string): void =>
        resume(Effect.fail(new StoreRefused({ path: options.file, reason, detail })))
      const failed = (cause: unknown): void => refuse("corrupt", String(cause))
      worker.once("error", failed)
      worker.once("message", (message: FromWriter) => {
        worker.off("error", failed)
        if (message._tag === "Refused") refuse(message.reason, message.detail)
        if (message._tag === "Ready") {
          const { epoch, position } = message
          resume(Effect.succeed({ writer: new WriterThread(worker, onPosition), epoch, position }))
        }
      })
    })
  }

  readonly stats = (): WriterStats => ({
    commits: this.#commits,
    appends: this.#appends,
    commitMsTotal: this.#commitMsTotal,
    commitMsMax: this.#commitMsMax,
    waiting: this.#pending.size,
    alive: this.#alive,
  })

  /** `StoreUnavailable`: no answer, or a refusal for a passing reason; the outcome is unknown. */
  readonly request = (
    make: (id: number) => WriterRequest,
    timeLimitMs = timeoutMs,
  ): Effect.Effect<WriterReply, StoreUnavailable> =>
    Effect.callback((resume) => {
      const refusal = !this.#alive
        ? "the writer is gone"
        : this.#pending.size >= maxWaiting
          ? "overloaded"
          : ""
      if (refusal !== "") {
        resume(Effect.fail(new StoreUnavailable({ reason: refusal })))
        return
      }
      const id = this.#pending.add((reply) => {
        if (reply === undefined) resume(Effect.fail(new StoreUnavailable({ reason: "no answer" })))
        else if (reply[0] === "failed") resume(Effect.fail(new StoreUnavailable({ reason: reply[2] })))
        else resume(Effect.succeed(reply))
      }, timeLimitMs)
      this.#unsent.push(make(id))
      if (this.#unsent.length === 1) setImmediate(() => this.#flush())
    })

  readonly close: Effect.Effect<void> = Effect.suspend(() =>
    this.#alive ? Effect.ignore(this.request((id) => ["close", id])) : Effect.void,
  )

  #flush(): void {
    const requests = this.#unsent
    this.#unsent = []
    if (this.#alive) this.#worker.postMessage(requests)
  }

  #settle({ replies, position, commitMs }: Extract<FromWriter, { _tag: "Replies" }>): void {
    if (commitMs > 0) {
      this.#commits += 1
      this.#commitMsTotal += commitMs
      this.#commitMsMax = Math.max(this.#commitMsMax, commitMs)
    }
    for (const reply of replies) {
      if (reply[0] === "appended") this.#appends += 1
      this.#pending.settle(reply[1], reply)
    }
    this.#onPosition(position)
  }

  #die(): void {
    this.#alive = false
    this.#pending.end()
  }
}
