/**
 * The vault's thread as seen from the main one: operations go in batches, one batch at a time.
 *
 * Always true: what is asked while a batch is being committed travels together in the next, so any number of people met at once
 * cost two commits. Operations are carried out in the order asked.
 */
import { atEndOfTurn } from "../endOfTurn.ts"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { StoreRefused, VaultUnavailable } from "../errors.ts"
import type {
  FromVaultWorker,
  ToVaultWorker,
  VaultOperation,
  VaultOutcome,
  WrappedKey,
} from "./vaultWorker.ts"

/** Beyond this many waiting operations the vault answers that it is unavailable. */
const maxWaiting = 100_000

type Settle = (outcome: VaultOutcome | VaultUnavailable) => void

interface Waiting {
  readonly operation: VaultOperation
  readonly settle: Settle
}

export class VaultThread {
  readonly #worker: Worker
  #waiting: Array<Waiting> = []
  #committing: ReadonlyArray<Waiting> | undefined
  #scheduled = false
  #dead: string | undefined

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on("message", (message: FromVaultWorker) => this.#settle(message))
    worker.on("error", (cause) => this.#die(cause instanceof Error ? cause.message : String(cause)))
    worker.on("exit", () => this.#die("The vault is closed"))
  }

  /** Calls back once: with the outcome when it is durable, or with why not. */
  ask(operation: VaultOperation, settle: Settle): void {
    const refusal =
      this.#dead ?? (this.#waiting.length >= maxWaiting ? "Too many wait for the vault" : undefined)
    if (refusal !== undefined) {
      settle(new VaultUnavailable({ reason: refusal }))
      return
    }
    this.#waiting.push({ operation, settle })
    this.#schedule()
  }

  /** Waits for what is being committed; what waits behind it is answered with `VaultUnavailable`. */
  readonly close: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#dead !== undefined) return resume(Effect.void)
    this.#worker.once("exit", () => resume(Effect.void))
    this.#worker.postMessage({ _tag: "Close" } satisfies ToVaultWorker)
  })

  /** At the end of the turn, so that everybody of this turn is in. */
  #schedule(): void {
    if (this.#scheduled || this.#committing !== undefined || this.#waiting.length === 0) return
    this.#scheduled = true
    atEndOfTurn(() => {
      this.#scheduled = false
      if (this.#dead !== undefined) return
      this.#committing = this.#waiting
      this.#waiting = []
      const operations = this.#committing.map((one) => one.operation)
      this.#worker.postMessage({ _tag: "Batch", operations } satisfies ToVaultWorker)
    })
  }

  #settle(message: FromVaultWorker): void {
    const committed = this.#committing ?? []
    this.#committing = undefined
    if (message._tag === "Done")
      for (const [index, { settle }] of committed.entries()) settle(message.outcomes[index]!)
    else if (message._tag === "Failed")
      for (const { settle } of committed) settle(new VaultUnavailable({ reason: message.reason }))
    this.#schedule()
  }

  #die(reason: string): void {
    this.#dead ??= reason
    const lost = [...(this.#committing ?? []), ...this.#waiting]
    this.#committing = undefined
    this.#waiting = []
    for (const { settle } of lost) settle(new VaultUnavailable({ reason: this.#dead }))
  }
}

const firstMessage = (file: string, worker: Worker): Effect.Effect<FromVaultWorker, VaultUnavailable> =>
  Effect.callback((resume) => {
    worker.once("message", (message: FromVaultWorker) => resume(Effect.succeed(message)))
    worker.once("error", (cause) =>
      resume(Effect.fail(new VaultUnavailable({ reason: `${file}: ${String(cause)}` }))),
    )
  })

/** Starts the thread on the file, made when absent. `sample`: any key of the vault, none when it is empty. */
export const openVaultThread = Effect.fnUntraced(function* (
  file: string,
): Effect.fn.Return<
  { readonly thread: VaultThread; readonly sample: WrappedKey | undefined },
  StoreRefused | VaultUnavailable,
  Scope.Scope
> {
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL("./vaultWorker.ts", import.meta.url), { workerData: { file } })),
    (started) => Effect.promise(() => started.terminate()),
  )
  const first = yield* firstMessage(file, worker)
  switch (first._tag) {
    case "Opened": {
      const thread = yield* Effect.acquireRelease(
        Effect.sync(() => new VaultThread(worker)),
        (opened) => opened.close,
      )
      return { thread, sample: first.sample }
    }
    case "Refused":
      return yield* new StoreRefused({ path: file, ...first.refusal })
    case "NotOpened":
      return yield* new VaultUnavailable({ reason: `${file}: ${first.reason}` })
    case "Done":
    case "Failed":
      return yield* Effect.die(new Error("The vault's thread answered before it was asked"))
  }
})
