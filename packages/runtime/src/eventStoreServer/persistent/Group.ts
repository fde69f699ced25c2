/**
 * One persistent subscription at work: reads its source, hands each event to one of its consumers, and remembers what is settled.
 *
 *     source ──► waiting (bounded) ──► in hand of a consumer ──ack, skip──► settled ──► checkpoint
 *                   ▲                      │
 *                   └── again (first) ◄────┴── retry, timeout, consumer gone; too often: parked
 *
 * Always true: an event is settled once a consumer says so or once it is durably parked; the checkpoint never passes one that is not.
 * So each is handed over at least once, in order but for those that come again. Reading stops while `waiting` is full.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { StoreUnavailable } from "../../errors.ts"
import type { EventStore, RecordedEvent } from "../../EventStore.ts"
import type { Fork } from "../calls.ts"
import type { CallRefused } from "../failures.ts"
import { type Consumer, Consumers, pinOf } from "./Consumers.ts"
import type { Definition } from "./definition.ts"
import type { KeptGroups } from "./keptGroups.ts"
import { ParkedEvents } from "./ParkedEvents.ts"
import { Progress } from "./Progress.ts"
import { dropped } from "./refusals.ts"
import { type SourceItem, followSource } from "./source.ts"

export interface Message {
  readonly event: RecordedEvent
  /** The place in the source up to which everything is settled while this one is the first that is not. */
  readonly before: number
  /** Its entry, when it was parked before. */
  readonly entry: number | undefined
  readonly pin: number
  retries: number
}

interface InHand {
  readonly message: Message
  readonly consumer: Consumer
  /** By `performance.now()`. */
  readonly until: number
}

export interface GroupParts {
  readonly definition: Definition
  readonly store: EventStore["Service"]
  readonly kept: KeptGroups
  readonly fork: Fork
  readonly checkpoint: number | undefined
  readonly parked: { readonly first: number; readonly end: number }
}

const tickMs = 200

export class Group {
  readonly definition: Definition
  readonly consumers = new Consumers()
  readonly parked: ParkedEvents
  readonly #parts: GroupParts
  readonly #progress: Progress<Message>
  readonly #waiting: Array<Message> = []
  readonly #again: Array<Message> = []
  readonly #inHand = new Map<string, InHand>()
  #work: Fiber.Fiber<void> | undefined
  #replay: Fiber.Fiber<void> | undefined
  #roomAgain: (() => void) | undefined
  #total = 0

  constructor(parts: GroupParts) {
    this.#parts = parts
    this.definition = parts.definition
    this.#progress = new Progress(parts.definition, parts.kept, parts.checkpoint)
    this.parked = new ParkedEvents(parts.definition.id, parts.kept, parts.parked)
  }

  get state() {
    return {
      waiting: this.#waiting.length,
      again: this.#again.length,
      inHand: this.#inHand.size,
      unsettled: this.#progress.unsettled,
      checkpoint: this.#progress.checkpoint,
      read: this.#progress.read,
      total: this.#total,
    }
  }

  connect(consumer: Consumer): void {
    this.consumers.add(consumer)
    this.#work ??= this.#parts.fork(this.#atWork)
    this.#dispatch()
  }

  /** What it had in hand is handed to others. */
  disconnect(consumer: Consumer): void {
    this.consumers.remove(consumer)
    for (const [id, held] of this.#inHand) if (held.consumer === consumer) this.#takeBack(id, held)
    this.#dispatch()
  }

  room(consumer: Consumer): void {
    consumer.room = true
    this.#dispatch()
  }

  ack(ids: ReadonlyArray<string>): void {
    for (const id of ids) this.#settle(id)
    this.#dispatch()
  }

  retry(ids: ReadonlyArray<string>, reason: string): void {
    for (const id of ids) {
      const held = this.#inHand.get(id)
      if (held !== undefined) this.#handOverAgain(id, held, reason)
    }
    this.#dispatch()
  }

  park(ids: ReadonlyArray<string>, reason: string): void {
    for (const id of ids) {
      const held = this.#inHand.get(id)
      if (held !== undefined) this.#park(id, held, reason)
    }
  }

  /** Begins to hand the parked events over again, at most so many, as consumers have room for them. */
  replayParked(limit: number): void {
    const replay = this.parked.replay(this.#parts.store, limit, this.#roomToReplay, (event, entry) => {
      this.#again.push({ event, entry, before: -1, pin: pinOf(event.stream), retries: 0 })
      this.#dispatch()
    })
    this.#replay?.interruptUnsafe()
    this.#replay = this.#parts.fork(Effect.ignore(replay))
  }

  readonly #roomToReplay: Effect.Effect<void> = Effect.suspend(() =>
    this.#again.length < this.definition.settings.historyBufferSize
      ? Effect.void
      : Effect.andThen(Effect.sleep(tickMs), this.#roomToReplay),
  )

  /** Ends the calls of its consumers, and writes how far it has come. */
  stop(why: CallRefused): Effect.Effect<void, StoreUnavailable> {
    return Effect.suspend(() => {
      for (const consumer of [...this.consumers.all]) consumer.drop(why)
      this.#work?.interruptUnsafe()
      this.#work = undefined
      this.#replay?.interruptUnsafe()
      return this.#progress.save
    })
  }

  readonly #atWork: Effect.Effect<void> = Effect.suspend(() => {
    const { store, definition } = this.#parts
    const source = followSource(store, definition, this.#progress.read, (item) => this.#take(item))
    const ticking = Effect.forever(
      Effect.andThen(
        Effect.sleep(tickMs),
        Effect.sync(() => this.#tick()),
      ),
    )
    return Effect.raceFirst(source, ticking)
  }).pipe(
    Effect.catch((failure) =>
      Effect.sync(() => {
        // The source is gone, for a while or for good: whoever comes next starts again at the first that is not settled.
        this.#startOver()
        for (const consumer of [...this.consumers.all]) consumer.drop(dropped(this.definition, failure._tag))
      }),
    ),
  )

  #startOver(): void {
    this.#work = undefined
    this.#progress.startOver()
    this.#waiting.length = 0
    for (const [id, held] of this.#inHand) this.#takeBack(id, held)
    // Those that were parked are not in what is read again.
    const replayed = this.#again.filter(({ entry }) => entry !== undefined)
    this.#again.splice(0, Infinity, ...replayed)
  }

  /** Waits while too many wait already. */
  #take(item: SourceItem): Effect.Effect<void> {
    return Effect.suspend(() => {
      const before = this.#progress.readUpTo(item.place)
      if (item.event === undefined) return Effect.void
      const { event } = item
      const message = { event, before, entry: undefined, pin: pinOf(event.stream), retries: 0 }
      this.#progress.began(message)
      this.#waiting.push(message)
      this.#dispatch()
      if (this.#waiting.length < this.definition.settings.historyBufferSize) return Effect.void
      return Effect.callback<void>((resume) => {
        this.#roomAgain = () => resume(Effect.void)
      })
    })
  }

  /** First what comes again; then the others in order, past those whose consumer is busy. */
  #dispatch(): void {
    for (const queue of [this.#again, this.#waiting])
      for (let at = 0; at < queue.length && this.#mayDispatch;) {
        if (this.#handOver(queue[at]!)) queue.splice(at, 1)
        else if (this.definition.settings.strategy === "Pinned") at += 1
        else break
      }
    if (this.#waiting.length >= this.definition.settings.historyBufferSize) return
    const resume = this.#roomAgain
    this.#roomAgain = undefined
    resume?.()
  }

  get #mayDispatch(): boolean {
    return this.consumers.all.length > 0
  }

  #handOver(message: Message): boolean {
    // Ids are not unique in the log, and consumers name events by them: one at a time.
    if (this.#inHand.has(message.event.id)) return false
    const consumer = this.consumers.next(this.definition.settings.strategy, message.pin)
    if (consumer === undefined) return false
    const until = performance.now() + this.definition.settings.messageTimeoutMs
    this.#inHand.set(message.event.id, { message, consumer, until })
    consumer.inHand += 1
    consumer.total += 1
    this.#total += 1
    consumer.room = consumer.send(message.event, message.retries)
    return true
  }

  #leaves(id: string, { consumer }: InHand): void {
    this.#inHand.delete(id)
    consumer.inHand -= 1
  }

  #takeBack(id: string, held: InHand): void {
    this.#leaves(id, held)
    this.#again.push(held.message)
  }

  #settle(id: string): void {
    const held = this.#inHand.get(id)
    if (held === undefined) return
    this.#leaves(id, held)
    this.#settled(held.message)
  }

  #settled(message: Message): void {
    this.#progress.settled(message)
    if (message.entry !== undefined) this.#parts.fork(this.parked.settled(message.entry))
    this.#checkpoint()
  }

  #checkpoint(): void {
    if (this.#progress.isDue) this.#parts.fork(Effect.ignore(this.#progress.save))
  }

  #handOverAgain(id: string, held: InHand, reason: string): void {
    held.message.retries += 1
    if (held.message.retries > this.definition.settings.maxRetries) this.#park(id, held, reason)
    else this.#takeBack(id, held)
  }

  /** Until it is durable it stays unsettled; if that fails it is handed over again. */
  #park(id: string, held: InHand, reason: string): void {
    this.#leaves(id, held)
    const parking = Effect.match(this.parked.park(held.message.event, reason), {
      onSuccess: () => this.#settled(held.message),
      onFailure: () => void this.#again.push(held.message),
    })
    this.#parts.fork(
      Effect.andThen(
        parking,
        Effect.sync(() => this.#dispatch()),
      ),
    )
  }

  #tick(): void {
    const now = performance.now()
    for (const [id, held] of this.#inHand)
      if (held.until <= now) this.#handOverAgain(id, held, "it was not acknowledged in time")
    this.#dispatch()
    this.#checkpoint()
  }
}
