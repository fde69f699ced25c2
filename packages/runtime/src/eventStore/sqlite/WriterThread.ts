/**
 * The main thread's side of the writer thread: gathers the writes of one turn of the event loop into one message, and hands out the
 * answers of each commit. Between two messages the main loop may rest (`Pace`).
 *
 * Always true: writes are carried out in the order asked, and each is settled once: by its answer, by its time limit (5 s, outcome
 * unknown), or by the end of the thread. An answer that comes while the loop rests is settled at once, and what its listeners gather
 * for the end of the turn is done.
 */
import { Worker } from "node:worker_threads"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { endTurn } from "../../endOfTurn.ts"
import { StoreRefused, StoreUnavailable } from "../../errors.ts"
import { noteLoopRest } from "../../loopRest.ts"
import { Histogram, latencyBounds, sizeBounds } from "../../telemetry/Histogram.ts"
import type { WriterStats } from "../EventStoreStats.ts"
import { Answers, type AnswerSource } from "./Answers.ts"
import type { Committed, Flat, FromWriter, OtherAnswer, ToWriter } from "./messages.ts"
import { Pace } from "./Pace.ts"
import type { WriterOptions } from "./writerWorker.ts"

const timeoutMs = 5_000
/** More writes than this, or more text than this, waiting: the store is not keeping up, and the newest is refused at once. */
const maxWaiting = 65_536
const maxWaitingCharacters = 256 * 1024 * 1024

/** Called once for each write, with revision and position of an append's last event. */
export interface Waiting {
  readonly stream: string
  /** Known by every write before any is `settled`; also of one that was given up. `created`: what the events say, in milliseconds. */
  readonly committed?: (revision: number, position: number, created: number) => void
  settled: (answer: OtherAnswer | undefined, revision: number, position: number) => void
}

interface Sent {
  readonly created: number
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
  readonly #answers: AnswerSource
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
  readonly #pace = new Pace()
  /** A look at what was asked is scheduled. */
  #turning = false
  /** When the last rest was over; 0: the loop has not rested since it last found nothing to do. */
  #wokeAt = 0

  constructor(
    { worker, answers }: { readonly worker: Worker; readonly answers: AnswerSource },
    clock: Clock.Clock,
    position: number,
    listener: WriterListener,
  ) {
    this.#worker = worker
    this.#answers = answers
    this.#clock = clock
    this.#position = position
    this.#listener = listener
    this.#sweep = setInterval(() => this.#expire(), 250).unref()
    answers.listen(this.#settle)
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
    if (this.#waiting.length === 0) this.#writes.push(0, 0)
    if (!this.#turning) {
      this.#turning = true
      setImmediate(this.#turn)
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

  readonly #turn = (): void => {
    const now = performance.now()
    const begun = this.#wokeAt === 0 ? now : this.#wokeAt
    const rest = this.#pace.rest(now, this.#waiting.length, now - begun)
    this.#flush()
    this.#turning = rest > 0
    if (rest === 0) {
      this.#wokeAt = 0
      return
    }
    endTurn()
    this.#rest(begun + rest)
    // What has come to the sockets meanwhile is read before it is called.
    setImmediate(this.#turn)
  }

  #rest(until: number): void {
    let now = performance.now()
    for (let rung = true; rung && now < until; now = performance.now()) {
      rung = this.#answers.sleep(until - now)
      noteLoopRest(performance.now() - now)
      this.#answers.take(this.#settle)
      // Whoever waited for this commit to go on has waited long enough.
      this.#flush()
      endTurn()
    }
    this.#wokeAt = now
  }

  readonly #flush = (): void => {
    if (this.#waiting.length === 0 || this.#lost !== undefined) return
    const writes = this.#writes
    const created = this.#clock.currentTimeMillisUnsafe()
    writes[0] = created
    writes[1] = this.#waiting.length
    const until = performance.now() + timeoutMs
    this.#sent.push({ created, waiting: this.#waiting, characters: this.#characters, until, timedOut: false })
    this.#sentWrites += this.#waiting.length
    this.#sentCharacters += this.#characters
    this.#waiting = []
    this.#characters = 0
    this.#writes = []
    this.#worker.postMessage(writes satisfies ToWriter)
  }

  readonly #settle = ({ places, others, position, events, commitMs }: Committed): void => {
    const stats = this.#stats
    stats.commits += 1
    stats.events += events
    this.#position = position
    const settled: Array<Waiting> = []
    const streams: Array<string> = []
    for (const count = places.length / 2; settled.length < count;) {
      const { characters, created, waiting } = this.#sent.shift()!
      this.#sentWrites -= waiting.length
      this.#sentCharacters -= characters
      for (const one of waiting) {
        const at = 2 * settled.length
        settled.push(one)
        if (places[at]! < 0) continue
        stats.appends += 1
        streams.push(one.stream)
        one.committed?.(places[at]!, places[at + 1]!, created)
      }
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
    // What it has committed is no failure, though the news of its end be here first.
    this.#answers.take(this.#settle)
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
  options: Omit<WriterOptions, "answers">,
  listener: WriterListener,
): Effect.fn.Return<
  { readonly writer: WriterThread; readonly epoch: string },
  StoreRefused | StoreUnavailable,
  Scope.Scope
> {
  const { file } = options
  const answers = new Answers()
  const worker = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new Worker(new URL("./writerWorker.ts", import.meta.url), {
          workerData: { ...options, answers: answers.end } satisfies WriterOptions,
          transferList: [answers.end.port],
        }),
    ),
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
    case "Opened": {
      const { epoch, position } = first
      const clock = yield* Clock.clockWith(Effect.succeed)
      const writer = yield* Effect.acquireRelease(
        Effect.sync(() => new WriterThread({ worker, answers }, clock, position, listener)),
        (opened) => opened.close,
      )
      return { writer, epoch }
    }
  }
})
