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
import * as Schedule from "effect/Schedule"
import type { EventStore } from "../EventStore.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import { Unavailable } from "../errors.ts"
import type { Aggregate, Prepared } from "./Aggregate.ts"
import { type Batch, type Outcome, decideBatch } from "./decideBatch.ts"
import { loadState } from "./loadState.ts"

/** A snapshot is at most this many events old when an entity wakes up. */
const snapshotEvery = 500
/** More waiting than this: the newest is refused with `Unavailable`, and its sender tries again. */
const maxWaiting = 4_096
/** How many waiting requests are prepared and decided together. */
const maxBatchRequests = 256
/** How often a batch is decided again because another writer was at the stream or an index line stood, before giving up. */
const maxRounds = 16

/** The store is asked again with the same ids and revision until this much time has passed, then everybody waiting is told. */
const patience = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")]).pipe(
  Schedule.upTo({ duration: "30 seconds" }),
)

const tooLarge = rejection("payload_too_large", "This is more than one commit can hold.")

interface Waiting<Request, Command, Answer> {
  readonly request: Request
  prepared: Prepared<Command> | undefined
  readonly resume: (outcome: Effect.Effect<Outcome<Answer>, Unavailable>) => void
}

export class CommandLoop<State, Event, Request, Command, Answer> {
  readonly #aggregate: Aggregate<State, Event, Request, Command, Answer>
  readonly #store: EventStore["Service"]
  readonly #snapshots: SnapshotStore["Service"]
  readonly #stream: string
  /** Starts the loop's fiber in the entity's scope. */
  readonly #fork: (loop: Effect.Effect<void>) => void
  #waiting: Array<Waiting<Request, Command, Answer>> = []
  #running = false
  #closed = false
  #whenIdle: (() => void) | undefined
  /** Absent: to be loaded before anything is decided. */
  #state: State | undefined
  #snapshotRevision = -1

  constructor(options: {
    readonly aggregate: Aggregate<State, Event, Request, Command, Answer>
    readonly store: EventStore["Service"]
    readonly snapshots: SnapshotStore["Service"]
    readonly stream: string
    readonly fork: (loop: Effect.Effect<void>) => void
  }) {
    this.#aggregate = options.aggregate
    this.#store = options.store
    this.#snapshots = options.snapshots
    this.#stream = options.stream
    this.#fork = options.fork
  }

  /** Joins the queue at once, in the order of the calls; `joined` is called when it has, or was refused. */
  readonly ask = (request: Request, joined?: () => void): Effect.Effect<Outcome<Answer>, Unavailable> =>
    Effect.callback<Outcome<Answer>, Unavailable>((resume) => {
      joined?.()
      if (this.#closed || this.#waiting.length >= maxWaiting) {
        resume(Effect.fail(new Unavailable({ reason: "the conversation cannot take more now" })))
        return
      }
      this.#waiting.push({ request, prepared: undefined, resume })
      if (this.#running) return
      this.#running = true
      this.#fork(this.#run)
    })

  /** No more requests. Those that wait are answered if that takes no longer than two seconds; the rest are told. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.#closed = true
    return this.#idle
  }).pipe(
    Effect.timeoutOption("2 seconds"),
    Effect.andThen(Effect.sync(() => this.#fail("the entity is moving"))),
  )

  readonly #idle = Effect.callback<void>((resume) => {
    if (!this.#running) return resume(Effect.void)
    this.#whenIdle = () => resume(Effect.void)
  })

  readonly #run: Effect.Effect<void> = Effect.suspend(() =>
    Effect.whileLoop({
      while: () => {
        this.#running = this.#waiting.length > 0
        return this.#running
      },
      body: () => this.#batch,
      step: () => undefined,
    }),
  ).pipe(
    // A defect or an interruption must not leave the flag up and the waiting unanswered.
    Effect.onExit((exit: Exit<void>) =>
      Effect.sync(() => {
        this.#running = false
        if (exit._tag === "Failure") {
          this.#state = undefined
          this.#fail("the entity stopped")
        }
        this.#whenIdle?.()
      }),
    ),
  )

  readonly #batch: Effect.Effect<void> = Effect.suspend(() => this.#tryBatch(0)).pipe(
    Effect.catch((failure) =>
      Effect.sync(() => {
        // The outcome of an append may be unknown: nothing is decided before the stream is read again.
        this.#state = undefined
        this.#fail(failure.reason)
      }),
    ),
  )

  #fail(reason: string): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) one.resume(Effect.fail(new Unavailable({ reason })))
  }

  readonly #tryBatch = Effect.fnUntraced(
    { self: this },
    function* (
      this: CommandLoop<State, Event, Request, Command, Answer>,
      round: number,
    ): Effect.fn.Return<void, Unavailable> {
      if (this.#state === undefined) yield* this.#load()
      const taken = this.#waiting.slice(0, maxBatchRequests)
      const unprepared = taken.filter((one) => one.prepared === undefined)
      if (unprepared.length > 0) {
        const requests = unprepared.map((one) => one.request)
        const prepared = this.#aggregate.prepareNow?.(requests) ?? (yield* this.#aggregate.prepare(requests))
        for (const [index, one] of unprepared.entries()) one.prepared = prepared[index]
      }
      let batch = this.#decide(taken)
      if (batch.unknownKeys.length > 0) {
        const known = yield* this.#store
          .lookupKeys(this.#stream, batch.unknownKeys)
          .pipe(Effect.mapError((failure) => new Unavailable({ reason: failure.reason })))
        if (known.length > 0) {
          this.#state = this.#aggregate.recallKeys(this.#state!, known)
          batch = this.#decide(taken)
        }
      }
      if (batch.append.length > 0) {
        const appended = yield* this.#append(batch)
        if (appended === undefined) {
          if (round >= maxRounds) return yield* new Unavailable({ reason: "other writers are in the way" })
          return yield* this.#tryBatch(round + 1)
        }
        this.#aggregate.committed(batch.events, appended)
      }
      this.#state = batch.state
      this.#waiting.splice(0, batch.outcomes.length)
      for (const [index, outcome] of batch.outcomes.entries()) taken[index]!.resume(Effect.succeed(outcome))
      this.#snapshotWhenDue()
    },
  )

  #decide(taken: ReadonlyArray<Waiting<Request, Command, Answer>>): Batch<State, Event, Request, Answer> {
    return decideBatch(
      this.#aggregate,
      this.#state!,
      taken as ReadonlyArray<{ request: Request; prepared: Prepared<Command> }>,
    )
  }

  /** The log position once durable; `undefined` when the batch must be decided again. */
  #append(batch: Batch<State, Event, Request, Answer>): Effect.Effect<number | undefined, Unavailable> {
    const revision = this.#aggregate.revision(this.#state!)
    const append = this.#store.append({
      stream: this.#stream,
      expected: revision < 0 ? "no_stream" : revision,
      events: batch.append,
      keys: batch.keys,
    })
    return append.pipe(
      // The schedule is built for the rare append that needs it.
      Effect.catchTag("StoreUnavailable", () =>
        Effect.retry(append, {
          while: (failure) => failure._tag === "StoreUnavailable",
          schedule: patience,
        }),
      ),
      Effect.map((appended): number | undefined => appended.position),
      Effect.catchTags({
        WrongExpectedRevision: () =>
          Effect.as(
            Effect.sync(() => (this.#state = undefined)),
            undefined,
          ),
        KeysTaken: ({ taken }) =>
          Effect.sync(() => {
            this.#state = this.#aggregate.recallKeys(this.#state!, taken)
            return undefined
          }),
        StoreUnavailable: ({ reason }) => Effect.fail(new Unavailable({ reason })),
        StreamDeleted: () => Effect.fail(new Unavailable({ reason: "the stream is closed for good" })),
        // Only a batch of one command can be that large: it is declined, for good.
        AppendTooLarge: () =>
          Effect.sync(() => {
            this.#waiting[0]!.prepared = { _tag: "Declined", rejection: tooLarge }
            return undefined
          }),
      }),
    )
  }

  #load(): Effect.Effect<void, Unavailable> {
    return loadState(this.#store, this.#snapshots, this.#aggregate, this.#stream).pipe(
      Effect.retry({ while: (failure) => failure._tag === "StoreUnavailable", schedule: patience }),
      Effect.mapError((failure) => new Unavailable({ reason: `the stream cannot be read: ${failure._tag}` })),
      Effect.map(({ state, snapshotRevision }) => {
        this.#state = state
        this.#snapshotRevision = snapshotRevision
        this.#snapshotWhenDue()
      }),
    )
  }

  #snapshotWhenDue(): void {
    const state = this.#state!
    const revision = this.#aggregate.revision(state)
    if (revision - this.#snapshotRevision < snapshotEvery) return
    this.#snapshotRevision = revision
    this.#snapshots.save({
      stream: this.#stream,
      revision,
      version: this.#aggregate.snapshotVersion,
      state: this.#aggregate.encodeSnapshot(state),
    })
  }
}
