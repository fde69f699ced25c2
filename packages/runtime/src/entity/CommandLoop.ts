/**
 * The loop of one entity: takes what waits, decides it as a batch, appends the batch at the expected revision, answers.
 *
 *   requests ──► waiting ──► prepare ──► decideBatch ──► append ──► evolve, announce, answer
 *                   ▲                        │  ▲            │
 *                   └── arrive meanwhile ────┘  └─ reload ◄──┘ wrong revision
 *
 * Always true: no answer leaves before every event that it depends on is durable; decisions are made in the order of arrival, on
 * durable state only, so a failed append leaves nothing to take back.
 * Not for: more than one loop per entity in a process; across processes the expected revision is the fence.
 */
import { rejection } from "@parley/domain/Rejection"
import * as Effect from "effect/Effect"
import type { Exit } from "effect/Exit"
import type { Append, EventStore } from "../EventStore.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import { Unavailable } from "../errors.ts"
import type { Aggregate, Prepared } from "./Aggregate.ts"
import { appendBatch, patience } from "./appendBatch.ts"
import { type Batch, type Outcome, decideBatch, lacksAnything } from "./decideBatch.ts"
import { loadState } from "./loadState.ts"
import { recall } from "./recall.ts"
import { SnapshotsWhenDue } from "./SnapshotsWhenDue.ts"
import type { Answered, Decided, Waiting } from "./Waiting.ts"
import { type QueueTelemetry, WaitingRequests } from "./WaitingRequests.ts"

/** How many waiting requests are prepared and decided together. */
const maxBatchRequests = 256
/** How often a batch is decided again because another writer was at the stream or an index line stood, before giving up. */
const maxRounds = 16

const tooLarge = rejection("payload_too_large", "This is more than one commit can hold.")

export class CommandLoop<State, Event, Request, Command, Answer> {
  readonly #aggregate: Aggregate<State, Event, Request, Command, Answer>
  readonly #store: EventStore["Service"]
  readonly #snapshotStore: SnapshotStore["Service"]
  readonly #snapshots: SnapshotsWhenDue<State>
  readonly #stream: string
  /** Starts the loop's fiber in the entity's scope. */
  readonly #fork: (loop: Effect.Effect<void>) => void
  readonly #waiting: WaitingRequests<Request, Command, Answer>
  #running = false
  #closed = false
  /** Was handed to the store without a fiber, and did not plainly succeed. */
  #unsettled: Decided<State, Event, Request, Command, Answer> | undefined
  #whenIdle: (() => void) | undefined
  /** Absent: to be loaded before anything is decided. */
  #state: State | undefined
  /** By what stood when the stream was loaded last. */
  #isOvertaken: (request: Request) => boolean = () => false

  constructor(options: {
    readonly aggregate: Aggregate<State, Event, Request, Command, Answer>
    readonly store: EventStore["Service"]
    readonly snapshots: SnapshotStore["Service"]
    readonly stream: string
    readonly fork: (loop: Effect.Effect<void>) => void
    readonly telemetry: QueueTelemetry<Request>
  }) {
    this.#waiting = new WaitingRequests(options.telemetry)
    this.#aggregate = options.aggregate
    this.#store = options.store
    this.#snapshotStore = options.snapshots
    this.#snapshots = new SnapshotsWhenDue(options.snapshots, options.aggregate, options.stream)
    this.#stream = options.stream
    this.#fork = options.fork
  }

  /** Joins the queue at once, in the order of the calls; `joined` is called when it has, or was refused. */
  readonly ask = (request: Request, joined?: () => void): Effect.Effect<Outcome<Answer>, Unavailable> =>
    Effect.callback<Outcome<Answer>, Unavailable>((resume) => {
      joined?.()
      this.tell(request, (outcome) =>
        resume(outcome._tag === "Unavailable" ? Effect.fail(outcome) : Effect.succeed(outcome)),
      )
    })

  /** As `ask`, without a fiber. */
  readonly tell = (request: Request, answered: Answered<Answer>): void => {
    if (this.#closed || !this.#waiting.join(request, answered))
      return answered(new Unavailable({ reason: "the conversation cannot take more now" }))
    if (this.#running) return
    this.#running = true
    this.#goOn()
  }

  /** No more requests. Those that wait are answered if that takes no longer than two seconds; the rest are told. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.#closed = true
    return this.#idle
  }).pipe(
    Effect.timeoutOption("2 seconds"),
    Effect.andThen(Effect.sync(() => this.#waiting.fail("the entity is moving"))),
  )

  readonly #idle = Effect.callback<void>((resume) => {
    if (!this.#running) return resume(Effect.void)
    this.#whenIdle = () => resume(Effect.void)
  })

  #goOn(): void {
    if (this.#needsFiber()) this.#fork(this.#run)
  }

  /** Starts the next batch if it can go without a fiber, as nearly every one can. */
  #needsFiber(): boolean {
    if (this.#waiting.size > 0) return !this.#batchNow()
    this.#running = false
    this.#whenIdle?.()
    return false
  }

  readonly #run: Effect.Effect<void> = this.#ending(
    Effect.suspend(() =>
      Effect.andThen(
        this.#batch,
        Effect.whileLoop({ while: () => this.#needsFiber(), body: () => this.#batch, step: () => undefined }),
      ),
    ),
  )

  /** A defect or an interruption must not leave the flag up and the waiting unanswered. */
  #ending(work: Effect.Effect<void>): Effect.Effect<void> {
    return Effect.onExit(work, (exit: Exit<void>) =>
      Effect.sync(() => {
        if (exit._tag === "Success") return
        this.#running = false
        this.#unsettled = undefined
        this.#state = undefined
        this.#waiting.fail("the entity stopped")
        this.#whenIdle?.()
      }),
    )
  }

  /** False: nothing has happened. Anything but a plain success of the append is left to the fiber, and so is every defect. */
  #batchNow(): boolean {
    const { appendNow } = this.#store
    if (appendNow === undefined || this.#state === undefined) return false
    const taken = this.#waiting.take(maxBatchRequests)
    try {
      if (!this.#prepareNow(taken)) return false
      const batch = this.#decide(taken)
      if (batch.append.length === 0 || lacksAnything(batch)) return false
      appendNow(this.#appendOf(batch), (appended) => this.#settleNow({ taken, batch }, appended?.position))
      return true
    } catch {
      // It is thrown again where it is logged.
      return false
    }
  }

  #settleNow(decided: Decided<State, Event, Request, Command, Answer>, position: number | undefined): void {
    // Whoever waited has been told meanwhile that the entity is moving.
    if (this.#waiting.first !== decided.taken[0]) return
    if (position === undefined) {
      this.#unsettled = decided
      return this.#fork(this.#run)
    }
    try {
      this.#settle(decided, position)
    } catch (defect) {
      return this.#fork(this.#ending(Effect.die(defect)))
    }
    this.#goOn()
  }

  readonly #batch: Effect.Effect<void> = Effect.suspend(() => this.#tryBatch(0)).pipe(
    Effect.catch((failure) =>
      Effect.sync(() => {
        // The outcome of an append may be unknown: nothing is decided before the stream is read again.
        this.#state = undefined
        this.#waiting.fail(failure.reason)
      }),
    ),
  )

  readonly #tryBatch = Effect.fnUntraced(
    { self: this },
    function* (
      this: CommandLoop<State, Event, Request, Command, Answer>,
      round: number,
    ): Effect.fn.Return<void, Unavailable> {
      const decided = this.#unsettled ?? (yield* this.#decideNext())
      this.#unsettled = undefined
      const { batch } = decided
      const position = batch.append.length > 0 ? yield* this.#append(batch) : yield* this.#confirm()
      if (position === undefined) {
        if (round >= maxRounds) return yield* new Unavailable({ reason: "other writers are in the way" })
        return yield* this.#tryBatch(round + 1)
      }
      this.#settle(decided, position)
    },
  )

  readonly #decideNext = Effect.fnUntraced(
    { self: this },
    function* (
      this: CommandLoop<State, Event, Request, Command, Answer>,
    ): Effect.fn.Return<Decided<State, Event, Request, Command, Answer>, Unavailable> {
      if (this.#state === undefined) yield* this.#load()
      const taken = this.#waiting.take(maxBatchRequests)
      if (!this.#prepareNow(taken)) {
        const prepared = yield* this.#aggregate.prepare(taken.map((one) => one.request))
        for (const [index, one] of taken.entries()) one.prepared ??= prepared[index]
      }
      const batch = this.#decide(taken)
      if (!lacksAnything(batch)) return { taken, batch }
      this.#state = yield* recall(this.#store, this.#aggregate, this.#stream, this.#state!, batch)
      return { taken, batch: this.#decide(taken) }
    },
  )

  /** Prepares those that are not yet. False: not everything that this needs is in memory. */
  #prepareNow(taken: ReadonlyArray<Waiting<Request, Command, Answer>>): boolean {
    const unprepared = taken.filter((one) => one.prepared === undefined)
    if (unprepared.length === 0) return true
    const prepared = this.#aggregate.prepareNow?.(unprepared.map((one) => one.request))
    for (const [index, one] of unprepared.entries()) one.prepared = prepared?.[index]
    return prepared !== undefined
  }

  /** The batch is durable: the state moves on, and everybody hears of it. */
  #settle({ batch }: Decided<State, Event, Request, Command, Answer>, position: number): void {
    const appended = this.#waiting.appended(batch.append.length)
    if (batch.append.length > 0) this.#aggregate.committed(batch.events, position)
    this.#state = batch.state
    this.#waiting.answer(batch.outcomes, appended)
    this.#snapshots.look(this.#state)
  }

  #decide(taken: ReadonlyArray<Waiting<Request, Command, Answer>>): Batch<State, Event, Request, Answer> {
    return decideBatch(
      this.#aggregate,
      this.#state!,
      taken as ReadonlyArray<{ request: Request; prepared: Prepared<Command> }>,
      this.#isOvertaken,
    )
  }

  #appendOf({ append, keys, marks }: Batch<State, Event, Request, Answer>): Append {
    const revision = this.#aggregate.revision(this.#state!)
    const expected = revision < 0 ? "no_stream" : revision
    const keysAreNew = this.#aggregate.lookups?.holdsAllKeys(this.#state!) ?? false
    this.#waiting.appending()
    return { stream: this.#stream, expected, events: append, keys, keysAreNew, marks }
  }

  /** The log position once durable; `undefined` when the batch must be decided again. */
  #append(batch: Batch<State, Event, Request, Answer>): Effect.Effect<number | undefined, Unavailable> {
    return Effect.map(appendBatch(this.#store, this.#appendOf(batch)), (appended) => {
      switch (appended._tag) {
        case "Appended":
          return appended.position
        case "Overtaken":
          this.#state = undefined
          return undefined
        case "KeysTaken":
          this.#state = this.#aggregate.lookups?.recallKeys(this.#state!, appended.taken)
          return undefined
        case "TooLarge":
          // Only a batch of one command can be that large: it is declined, for good.
          this.#waiting.first!.prepared = { _tag: "Declined", rejection: tooLarge }
          return undefined
      }
    })
  }

  /**
   * What writes nothing must not rest on a state that another owner has left behind: the head is compared, and where it is another one
   * the batch must be decided again (`undefined`).
   */
  #confirm(): Effect.Effect<number | undefined, Unavailable> {
    return this.#store.head(this.#stream).pipe(
      Effect.mapError(({ reason }) => new Unavailable({ reason })),
      Effect.map((head) => {
        if ((head?.revision ?? -1) === this.#aggregate.revision(this.#state!)) return head?.position ?? -1
        this.#state = undefined
        return undefined
      }),
    )
  }

  #load(): Effect.Effect<void, Unavailable> {
    return loadState(this.#store, this.#snapshotStore, this.#aggregate, this.#stream).pipe(
      Effect.retry({ while: (failure) => failure._tag === "StoreUnavailable", schedule: patience }),
      Effect.mapError((failure) => new Unavailable({ reason: `the stream cannot be read: ${failure._tag}` })),
      Effect.map(({ state, snapshotRevision }) => {
        this.#state = state
        this.#isOvertaken = this.#aggregate.overtakenBy?.(state) ?? (() => false)
        this.#snapshots.began(snapshotRevision)
        this.#snapshots.look(state)
      }),
    )
  }
}
