/**
 * The queue of one entity: requests in the order of their arrival, until they are answered.
 *
 * Always true: bounded; each is answered once. It is counted for `/metrics`, and where a request is traced it has a span from joining
 * to its answer.
 */
import type { EntityCounts } from "../telemetry/EntityMeters.ts"
import { preciseNow } from "../telemetry/Histogram.ts"
import { isSampled, type Span, type SpanMaker } from "../telemetry/Spans.ts"
import { Unavailable } from "../errors.ts"
import type { Outcome } from "./decideBatch.ts"
import type { Answered, Waiting } from "./Waiting.ts"

/** More waiting than this: the newest is refused with `Unavailable`, and its sender tries again. */
const maxWaiting = 4_096

export interface QueueTelemetry<Request> {
  readonly counts: EntityCounts
  /** Absent: nothing is traced. */
  readonly spans: SpanMaker | undefined
  readonly traceparentOf: (request: Request) => string | undefined
}

export class WaitingRequests<Request, Command, Answer> {
  #waiting: Array<Waiting<Request, Command, Answer>> = []
  readonly #telemetry: QueueTelemetry<Request>
  #appendedAt = 0

  constructor(telemetry: QueueTelemetry<Request>) {
    this.#telemetry = telemetry
  }

  get size(): number {
    return this.#waiting.length
  }

  get first(): Waiting<Request, Command, Answer> | undefined {
    return this.#waiting[0]
  }

  /** False: it is full, and nothing has happened. */
  join(request: Request, answered: Answered<Answer>): boolean {
    const { counts, spans } = this.#telemetry
    if (this.#waiting.length >= maxWaiting) {
      counts.refused++
      return false
    }
    const span = spans === undefined ? undefined : this.#spanOf(spans, request)
    this.#waiting.push({ request, prepared: undefined, answered, span })
    counts.waiting++
    counts.deepest.record(this.#waiting.length)
    return true
  }

  /** The oldest. */
  take(most: number): ReadonlyArray<Waiting<Request, Command, Answer>> {
    return this.#waiting.slice(0, most)
  }

  /** A batch is handed to the store. */
  appending(): void {
    if (this.#telemetry.spans !== undefined) this.#appendedAt = preciseNow()
  }

  /** It is durable, with so many events. */
  appended(events: number): Appended | undefined {
    if (events === 0) return undefined
    const endedAt = this.#telemetry.spans === undefined ? 0 : preciseNow()
    return { events, startedAt: this.#appendedAt, endedAt }
  }

  /** The oldest are answered, in their order. `appended`: absent when they had no events. */
  answer(outcomes: ReadonlyArray<Outcome<Answer> | Unavailable>, appended: Appended | undefined): void {
    const { counts } = this.#telemetry
    const taken = this.#waiting.splice(0, outcomes.length)
    counts.waiting -= taken.length
    if (appended !== undefined) counts.batches.record(taken.length)
    for (const [index, { answered, span }] of taken.entries()) {
      const outcome = outcomes[index]!
      if (span !== undefined) this.#end(span, outcome._tag, appended, taken.length)
      answered(outcome)
    }
  }

  /** Whoever waits is told that nothing is known of his request. */
  fail(reason: string): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#telemetry.counts.waiting -= waiting.length
    for (const { answered, span } of waiting) {
      span?.end({ failed: "unavailable" })
      answered(new Unavailable({ reason }))
    }
  }

  #spanOf(spans: SpanMaker, request: Request): Span | undefined {
    const parent = this.#telemetry.traceparentOf(request)
    return isSampled(parent) ? spans.start({ name: "entity.command", parent }) : undefined
  }

  #end(span: Span, outcome: string, appended: Appended | undefined, requests: number): void {
    const parent = span.traceparent
    if (appended !== undefined)
      this.#telemetry.spans?.start({ name: "store.append", parent, startedAt: appended.startedAt })?.end({
        attributes: { "parley.batch.requests": requests, "parley.batch.events": appended.events },
        endedAt: appended.endedAt,
      })
    span.end({ attributes: { "parley.outcome": outcome.toLowerCase() } })
  }
}

/** Of the append that a batch has become. Times in milliseconds since 1970, 0 where nothing is traced. */
interface Appended {
  readonly events: number
  readonly startedAt: number
  readonly endedAt: number
}
