/**
 * Snapshots in a SQLite file behind a worker thread.
 *
 * Always true: a broken file or a dead thread means that there are no snapshots, not that there is no service.
 */
import { atEndOfTurn } from "../endOfTurn.ts"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "../EventStore.ts"
import { type Snapshot, SnapshotStore } from "../SnapshotStore.ts"
import type { FromSnapshotWorker, SnapshotWorkerData, ToSnapshotWorker } from "./snapshotWorker.ts"

const maxWaiting = 1_000
/** A load that takes longer than this is answered with "none". */
const loadTimeoutMs = 1_000

class SnapshotClient {
  readonly #worker: Worker
  readonly #loads = new Map<number, (snapshot: Snapshot | undefined) => void>()
  #unsent: Array<Snapshot> = []
  #waiting = 0
  #nextId = 0
  #alive = true

  constructor(data: SnapshotWorkerData) {
    this.#worker = new Worker(new URL("./snapshotWorker.ts", import.meta.url), {
      workerData: data,
    })
    this.#worker.on("message", (message: FromSnapshotWorker) => {
      if (message._tag === "Saved") {
        this.#waiting -= message.count
        return
      }
      this.#loads.get(message.id)?.(message.snapshot)
    })
    const die = (): void => {
      this.#alive = false
      for (const load of this.#loads.values()) load(undefined)
    }
    this.#worker.on("error", die)
    this.#worker.on("exit", die)
  }

  readonly load = (stream: string, version: number): Effect.Effect<Snapshot | undefined> =>
    Effect.callback<Snapshot | undefined>((resume) => {
      if (!this.#alive) {
        resume(Effect.succeed(undefined))
        return
      }
      const id = this.#nextId++
      const finish = (snapshot: Snapshot | undefined): void => {
        clearTimeout(timer)
        this.#loads.delete(id)
        resume(Effect.succeed(snapshot))
      }
      const timer = setTimeout(finish, loadTimeoutMs, undefined)
      this.#loads.set(id, finish)
      this.#post({ _tag: "Load", id, stream, version })
    })

  /** Snapshots of one turn of the event loop travel together. */
  readonly save = (snapshot: Snapshot): void => {
    if (!this.#alive || this.#waiting >= maxWaiting) return
    this.#waiting += 1
    this.#unsent.push(snapshot)
    if (this.#unsent.length > 1) return
    atEndOfTurn(() => {
      this.#post({ _tag: "Save", snapshots: this.#unsent })
      this.#unsent = []
    })
  }

  readonly close = Effect.callback<void>((resume) => {
    if (!this.#alive) {
      resume(Effect.void)
      return
    }
    this.#worker.once("exit", () => resume(Effect.void))
    this.#post({ _tag: "Close" })
  })

  #post(message: ToSnapshotWorker): void {
    this.#worker.postMessage(message)
  }
}

export const layer = (options: { readonly file: string }): Layer.Layer<SnapshotStore, never, EventStore> =>
  Layer.effect(
    SnapshotStore,
    Effect.gen(function* () {
      const { epoch } = yield* EventStore
      const client = yield* Effect.acquireRelease(
        Effect.sync(() => new SnapshotClient({ file: options.file, epoch })),
        (opened) => opened.close,
      )
      return { load: client.load, save: client.save }
    }),
  )
