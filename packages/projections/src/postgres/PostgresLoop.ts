/**
 * One model on one node: follows the log where this node leads, looks how far the model has come wherever it leads, and answers.
 *
 * Always true: a query is one statement on the current generation, and knows at least what was announced. A query that asks for more of
 * the log than this node has seen the model know waits for it. What fails is tried again after a pause when waiting may help; a poisoned
 * event stops the following for good, says why, and queries go on.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { EventStore, Position } from "@parley/runtime/EventStore"
import type { PostgresFailure } from "@parley/runtime/errors"
import type { Postgres } from "@parley/runtime/postgres/Postgres"
import type { FromModel, Query, QueryReply, ToModel } from "../hosting/messages.ts"
import { noChanges } from "../Model.ts"
import { step, type Stepped } from "./following.ts"
import { dropRetired, openGeneration, type Place, placeOf, tablesOf } from "./generations.ts"
import type { Leadership } from "./Leadership.ts"
import { type Moved, tell, type Word } from "./News.ts"
import type { PostgresModel } from "./PostgresModel.ts"

const firstPauseMs = 100
const longestPauseMs = 5_000
/** Commits are heard of; what is told may be lost. */
const followEvery = "2 seconds"
/** What other nodes tell may be lost. */
const lookEvery = "1 second"
/** Queries that wait for the model to come further. */
const mostEarly = 10_000

export interface LoopOptions {
  readonly model: PostgresModel
  readonly postgres: Postgres["Service"]
  readonly store: EventStore["Service"]
  readonly leadership: Leadership
  readonly say: (message: FromModel) => void
}

const reasonOf = (cause: Cause.Cause<unknown>): string => {
  const failure = Cause.squash(cause)
  if (typeof failure === "object" && failure !== null && "reason" in failure) return String(failure.reason)
  return failure instanceof Error ? failure.message : String(failure)
}

const isTag = (cause: Cause.Cause<unknown>, ...tags: ReadonlyArray<string>): boolean => {
  const failure = Cause.squash(cause)
  return (
    typeof failure === "object" &&
    failure !== null &&
    "_tag" in failure &&
    tags.includes(failure._tag as string)
  )
}

type Doing = "following" | "looking"

export class PostgresLoop {
  readonly #options: LoopOptions
  readonly #work: Queue.Queue<void>
  readonly #news: Queue.Queue<void>
  readonly #fork: (effect: Effect.Effect<void>) => void
  /** Where this node saw the model last; absent until there is one. */
  #place: Place | undefined
  /** The last that was told since the last look, unless something was told that says nothing of the place. */
  #heard: Moved | "anything" | undefined
  /** Up to where this node has announced what was changed; absent before the first look. */
  #announced: Position | undefined
  readonly #troubles = new Map<Doing, string>()
  /** Asked before there was a model, or of a place in the log that it has not come to. */
  #early: Array<Query> = []

  private constructor(
    options: LoopOptions,
    [work, news]: readonly [Queue.Queue<void>, Queue.Queue<void>],
    fork: (effect: Effect.Effect<void>) => void,
  ) {
    this.#options = options
    this.#work = work
    this.#news = news
    this.#fork = fork
  }

  /** Runs as long as the scope. */
  static readonly make = Effect.fnUntraced(function* (
    options: LoopOptions,
  ): Effect.fn.Return<PostgresLoop, never, Scope.Scope> {
    const [work, news] = [yield* Queue.sliding<void>(1), yield* Queue.sliding<void>(1)]
    const fork = yield* FiberSet.makeRuntime<never, void>()
    const loop = new PostgresLoop(options, [work, news], (effect) => void fork(effect))
    yield* Effect.ignoreCause(loop.#look)
    yield* Effect.forkScoped(loop.#followForEver)
    yield* Effect.forkScoped(loop.#lookForEver)
    return loop
  })

  receive(message: ToModel): void {
    switch (message._tag) {
      case "Committed":
        // Who leads hears of every commit by himself.
        return message.awaited === true ? this.#want() : this.#followIfLeading()
      case "Queries": {
        this.#take(message.queries)
        return this.#early.length > 0 ? this.#want() : undefined
      }
      case "Close":
        // The scope ends the fibers.
        return
    }
  }

  /** `moved`: absent where anything may have happened. */
  hear(word: Word, moved?: Moved): void {
    if (word === "wanted") return void Queue.offerUnsafe(this.#work, undefined)
    this.#heard = this.#heard === "anything" ? "anything" : (moved ?? "anything")
    Queue.offerUnsafe(this.#news, undefined)
  }

  #followIfLeading(): void {
    if (this.#options.leadership.leads()) Queue.offerUnsafe(this.#work, undefined)
  }

  /** Has the log followed, wherever that is done. */
  #want(): void {
    const { leadership, model, postgres } = this.#options
    if (leadership.leads()) return this.#followIfLeading()
    this.#fork(Effect.ignoreCause(postgres.ask(tell(postgres, model.definition.name, "wanted"))))
  }

  /** An interruption that is seen here is another fiber's, such as that of a session that was closed: it ends nothing. */
  get #followForEver(): Effect.Effect<void> {
    const { leadership } = this.#options
    let pauseMs = firstPauseMs
    const stepped = (): void => {
      pauseMs = firstPauseMs
    }
    const again: Effect.Effect<void> = Effect.suspend(() =>
      Effect.matchCauseEffect(Effect.andThen(leadership.led, this.#follow(stepped)), {
        onSuccess: () => again,
        onFailure: (cause) => {
          if (isTag(cause, "Poisoned") || Cause.hasDies(cause)) {
            this.#options.say({ _tag: "Stopped", reason: reasonOf(cause) })
            return Effect.sync(() => this.#refuseEarly())
          }
          // At first it may only have been rebuilt, and goes on elsewhere.
          if (!isTag(cause, "SteppedDown")) this.#troubled("following", reasonOf(cause))
          else if (pauseMs > firstPauseMs) leadership.standBack()
          const pause = Effect.sleep(pauseMs)
          pauseMs = Math.min(pauseMs * 2, longestPauseMs)
          return Effect.andThen(pause, again)
        },
      }),
    )
    return again
  }

  /** As long as this node leads. */
  #follow(stepped: () => void) {
    const { leadership, model, postgres, store } = this.#options
    const news = this.#news
    const work = this.#work
    const eased = (): void => this.#eased("following")
    return Effect.gen(function* () {
      const wanted = { epoch: store.epoch, head: store.headPosition }
      let place = yield* postgres.transaction(openGeneration(postgres, model, "current", wanted))
      yield* postgres.transaction(dropRetired(postgres, model))
      Queue.offerUnsafe(news, undefined)
      while (leadership.leads()) {
        const next: Stepped = yield* step(store, postgres, model, place)
        stepped()
        eased()
        if (next.place !== place) Queue.offerUnsafe(news, undefined)
        place = next.place
        if (!next.more) yield* Effect.timeoutOption(Queue.take(work), followEvery)
      }
    })
  }

  get #lookForEver(): Effect.Effect<never> {
    const failed = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
      this.#troubled("looking", reasonOf(cause))
      return Effect.sleep(firstPauseMs)
    }
    return Effect.timeoutOption(Queue.take(this.#news), lookEvery).pipe(
      Effect.andThen(
        Effect.catchCause(
          Effect.suspend(() => this.#look),
          failed,
        ),
      ),
      Effect.forever,
    )
  }

  /** Says how far the model has come, and what others want to hear of since this node looked last. */
  get #look(): Effect.Effect<void, PostgresFailure> {
    const { model, postgres, store } = this.#options
    const { sql } = postgres
    return Effect.gen({ self: this }, function* () {
      const place = this.#told() ?? (yield* postgres.ask(placeOf(sql, model, "current")))
      if (place === undefined || place.epoch !== store.epoch) {
        // What it will become is announced from its beginning.
        this.#announced ??= -1
        this.#place = undefined
        return
      }
      const from = this.#announced ?? place.position
      const moved = place.position > from
      const changes = moved
        ? yield* postgres.ask(model.changes(tablesOf(sql, model, place.generation), from, place.position))
        : noChanges
      const first = this.#place === undefined
      const eased = this.#troubles.delete("looking")
      this.#place = place
      this.#announced = place.position
      if (moved || first || eased) this.#options.say({ _tag: "Progress", position: place.position, changes })
      this.#remind()
      // After it: whoever gets an answer finds what it rests on announced.
      this.#take(this.#early.splice(0))
    })
  }

  /** The place, as far as it follows from what was heard. */
  #told(): Place | undefined {
    const [heard, here] = [this.#heard, this.#place]
    this.#heard = undefined
    if (heard === undefined || heard === "anything" || here === undefined) return undefined
    const same = heard.generation === here.generation && heard.epoch === here.epoch
    return same && heard.position > here.position ? { ...here, position: heard.position } : undefined
  }

  #troubled(doing: Doing, reason: string): void {
    this.#troubles.set(doing, reason)
    this.#options.say({ _tag: "Trouble", reason })
  }

  #eased(doing: Doing): void {
    if (!this.#troubles.delete(doing) || this.#place === undefined) return
    this.#options.say({ _tag: "Progress", position: this.#place.position, changes: noChanges })
    this.#remind()
  }

  /** Progress lets a trouble be forgotten; one that goes on is said again. */
  #remind(): void {
    for (const reason of this.#troubles.values()) this.#options.say({ _tag: "Trouble", reason })
  }

  /** Answers what can be answered by now. Whoever asked gives up by himself; what waits after that is answered to nobody. */
  #take(queries: ReadonlyArray<Query>): void {
    const reply = (one: QueryReply): void => this.#options.say({ _tag: "Replies", replies: [one] })
    for (const query of queries) {
      if (this.#place !== undefined && this.#place.position >= (query.asOf ?? -1))
        this.#fork(Effect.map(this.#answer(query, this.#place), reply))
      else if (this.#early.length < mostEarly) this.#early.push(query)
      else reply({ id: query.id, failure: "the model does not come that far" })
    }
  }

  #refuseEarly(): void {
    const replies = this.#early
      .splice(0)
      .map(({ id }): QueryReply => ({ id, failure: "the model does not come that far" }))
    if (replies.length > 0) this.#options.say({ _tag: "Replies", replies })
  }

  #answer({ id, method, args }: Query, { generation }: Place): Effect.Effect<QueryReply> {
    const { model, postgres } = this.#options
    const asked = (of: number) => postgres.ask(model.query(tablesOf(postgres.sql, model, of), method, args))
    const failed = (cause: Cause.Cause<unknown>): Effect.Effect<QueryReply> =>
      Effect.succeed({ id, failure: reasonOf(cause) })
    return asked(generation).pipe(
      // Dropped, because another generation took its place: that one is asked.
      Effect.catchDefect((defect) =>
        Effect.flatMap(postgres.ask(placeOf(postgres.sql, model, "current")), (place) =>
          place === undefined || place.generation === generation
            ? Effect.die(defect)
            : asked(place.generation),
        ),
      ),
      Effect.map((result): QueryReply => ({ id, result })),
      Effect.catchCause(failed),
    )
  }
}
