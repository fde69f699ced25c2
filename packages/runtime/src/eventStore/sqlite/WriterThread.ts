/**
 * The main thread's side of the writer thread: gathers the writes of one turn of the event loop into one message, and hands out the
 * answers of each commit.
 *
 * Always true: writes are carried out in the order asked, and each is settled once: by its answer, by its time limit (5 s, outcome
 * unknown), or by the end of the thread.
 */
import { Worker } from "node:worker_threads"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { StoreRefused, StoreUnavailable } from "../../errors.ts"
import { Histogram, latencyBounds, sizeBounds } from "../../telemetry/Histogram.ts"
import type { WriterStats } from "../EventStoreStats.ts"
import type { Committed, Flat, FromWriter, OtherAnswer, ToWriter } from "./messages.ts"
import type { WriterOptions } from "./writerWorker.ts"

const timeoutMs = 5_000
/** More writes than this, or more text than this, waiting: the store is not keeping up, and the newest is refused at once. */
const maxWaiting = 65_536
const maxWaitingCharacters = 256 * 1024 * 1024

/** Called once for each write. `place`: revision and position of an append's last event. */
export interface Waiting {
  readonly stream: string
  /** Known by every write before any is `settled`. */
  readonly committed?: (revision: number, position: number) => void
  settled: (answer: OtherAnswer | undefined, revision: number, position: number) => void
}

interface Sent {
  readonly waiting: ReadonlyArray<Waiting>
  readonly characters: number
  readonly until: number
  timedOut: boolean
}

const noAnswer: OtherAnswer = ["failed", "the store did not answer in time"]
const overloaded: OtherAnswer = ["failed", "overloaded"]
const ignored = (): void => undefined

export interface WriterListener {
  /** After each commit, before anybody in it is told. */
  readonly committed: (position: number, streams: Iterable<string>) => void
  /** Once, when no write will ever be carried out again. */
  readonly lost: (reason: string) => void
}

export class WriterThread {
  readonly #worker: Worker
  readonly #clock: Clock.Clock
  readonly #listener: WriterListener
  readonly #sweep: NodeJS.Timeout
  #writes: Flat = []
  #waiting: Array<Waiting> = []
  #characters = 0
  #sent: Array<Sent> = []
  #sentWrites = 0
  #sentCharacters = 0
  #lost: string | undefined
  readonly #stats = { commits: 0, appends: 0, events: 0 }
  readonly #histograms = {
    seconds: new Histogram(latencyBounds),
    appends: new Histogram(sizeBounds),
    events: new Histogram(sizeBounds),
  }
  #position: number

  constructor(worker: Worker, clock: Clock.Clock, position: number, listener: WriterListener) {
    this.#worker = worker
    this.#clock = clock
    this.#position = position
    this.#listener = listener
    this.#sweep = setInterval(() => this.#expire(), 250).unref()
    worker.on("message", (message: FromWriter) => {
      if (message._tag === "Committed") this.#settle(message.committed)
    })
    worker.on("error", (cause) => this.#lose(`the writer thread failed: ${String(cause)}`))
    worker.on("exit", () => this.#lose("the store is closed"))
  }

  /** The log's last position that anybody was told of. */
  get position(): number {
    return this.#position
  }

  readonly stats = (): WriterStats => ({
    ...this.#stats,
    histograms: this.#histograms,
    waiting: this.#sentWrites + this.#waiting.length,
    alive: this.#lost === undefined,
  })

  /** `put` adds the write to the list. `characters`: about how much text it holds. */
  ask(waiting: Waiting, characters: number, put: (to: Flat) => void): void {
    if (this.#lost !== undefined) return waiting.settled(["failed", this.#lost], -1, -1)
    if (
      this.#sentWrites + this.#waiting.length >= maxWaiting ||
      this.#sentCharacters + this.#characters + characters > maxWaitingCharacters
    )
      return waiting.settled(overloaded, -1, -1)
    if (this.#waiting.length === 0) {
      this.#writes.push(0, 0)
      setImmediate(this.#flush)
    }
    put(this.#writes)
    this.#waiting.push(waiting)
    this.#characters += characters
  }

  /** Waits until what was asked before is done. */
  readonly close: Effect.Effect<void> = Effect.callback((resume) => {
    if (this.#lost !== undefined) return resume(Effect.void)
    this.#worker.once("exit", () => resume(Effect.void))
    this.#flush()
    this.#worker.postMessage("close" satisfies ToWriter)
  })

  readonly #flush = (): void => {
    if (this.#waiting.length === 0 || this.#lost !== undefined) return
    const writes = this.#writes
    writes[0] = this.#clock.currentTimeMillisUnsafe()
    writes[1] = this.#waiting.length
    const until = performance.now() + timeoutMs
    this.#sent.push({ waiting: this.#waiting, characters: this.#characters, until, timedOut: false })
    this.#sentWrites += this.#waiting.length
    this.#sentCharacters += this.#characters
    this.#waiting = []
    this.#characters = 0
    this.#writes = []
    this.#worker.postMessage(writes satisfies ToWriter)
  }

  #settle({ places, others, position, events, commitMs }: Committed): void {
    const settled: Array<Waiting> = []
    for (let count = places.length / 2; settled.length < count;) {
      const sent = this.#sent.shift()!
      this.#sentWrites -= sent.waiting.length
      this.#sentCharacters -= sent.characters
      settled.push(...sent.waiting)
    }
    const stats = this.#stats
    stats.commits += 1
    stats.events += events
    this.#position = position
    const streams: Array<string> = []
    for (const [i, { stream, committed }] of settled.entries()) {
      if (places[2 * i]! < 0) continue
      stats.appends += 1
      streams.push(stream)
      committed?.(places[2 * i]!, places[2 * i + 1]!)
    }
    this.#histograms.seconds.record(commitMs / 1_000)
    if (events > 0) {
      this.#histograms.appends.record(streams.length)
      this.#histograms.events.record(events)
      this.#listener.committed(position, streams)
    }
    for (const [i, waiting] of settled.entries()) {
      const revision = places[2 * i]!
      const second = places[2 * i + 1]!
      if (revision >= 0) waiting.settled(undefined, revision, second)
      else waiting.settled(others[second], -1, -1)
    }
  }

  #expire(): void {
    const now = performance.now()
    for (const sent of this.#sent) {
      if (sent.until > now) break
      if (sent.timedOut) continue
      sent.timedOut = true
      for (const waiting of sent.waiting) {
        waiting.settled(noAnswer, -1, -1)
        // The answer may come yet, and then counts for the head alone.
        waiting.settled = ignored
      }
    }
  }

  #lose(reason: string): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    clearInterval(this.#sweep)
    const waiting = [...this.#sent.flatMap((sent) => sent.waiting), ...this.#waiting]
    this.#sent = []
    this.#waiting = []
    this.#sentWrites = 0
    for (const one of waiting) one.settled(["failed", reason], -1, -1)
    this.#listener.lost(reason)
  }
}

/** Opens the file, made when absent, in a thread of its own, which lives as long as the scope. */
export const openWriterThread = Effect.fnUntraced(function* (
  options: WriterOptions,
  listener: WriterListener,
): Effect.fn.Return<
  { readonly writer: WriterThread; readonly epoch: string },
  StoreRefused | StoreUnavailable,
  Scope.Scope
> {
  const { file } = options
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL("./writerWorker.ts", import.meta.url), { workerData: options })),
    (started) => Effect.promise(() => started.terminate()),
  )
  const first = yield* Effect.callback<FromWriter, StoreUnavailable>((resume) => {
    worker.once("message", (message: FromWriter) => resume(Effect.succeed(message)))
    worker.once("error", (cause) =>
      resume(Effect.fail(new StoreUnavailable({ reason: `${file}: ${String(cause)}` }))),
    )
  })
  switch (first._tag) {
    case "Refused":
      return yield* new StoreRefused({ path: file, ...first.refusal })
    case "NotOpened":
      return yield* new StoreUnavailable({ reason: `${file}: ${first.reason}` })
    case "Committed":
      return yield* Effect.die(new Error("the writer answered before it was asked"))
    case "Opened": {
      const { epoch, position } = first
      const clock = yield* Clock.clockWith(Effect.succeed)
      const writer = yield* Effect.acquireRelease(
        Effect.sync(() => new WriterThread(worker, clock, position, listener)),
        (opened) => opened.close,
      )
      return { writer, epoch }
    }
  }
})
