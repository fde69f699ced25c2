/**
 * Deciding a batch: waiting requests, one after another in the order of arrival, each against the state that the ones before it leave.
 *
 * Always true: it is synchronous, and nothing of its result has happened until the batch's events are durable.
 */
import type { Decision } from "@parley/domain/Decision"
import type { Rejection } from "@parley/domain/Rejection"
import type { EventMark, MessageKey, NewEvent } from "../EventStore.ts"
import { Unavailable } from "../errors.ts"
import { eventId } from "../freshIds.ts"
import type { Aggregate, EventWanted, KeyWanted, Needs, Prepared } from "./Aggregate.ts"

/** A batch closes before the command that would pass these; a single larger command goes alone (the store's limit is 1 MiB). */
const maxBatchEvents = 256
const maxBatchBytes = 512 * 1024

export type Outcome<Answer> =
  | { readonly _tag: "Answered"; readonly answer: Answer }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection }

export interface Batch<State, Event, Request, Answer> {
  /** One per decided request; fewer than were waiting when the batch is full. */
  readonly outcomes: ReadonlyArray<Outcome<Answer> | Unavailable>
  readonly events: ReadonlyArray<{ event: Event; request: Request; revision: number }>
  readonly append: ReadonlyArray<NewEvent>
  readonly keys: ReadonlyArray<MessageKey>
  readonly marks: ReadonlyArray<EventMark>
  /** The state once all of this is durable. */
  readonly state: State
  /** What to look up first: the outcomes are void while there is anything. */
  readonly unknownKeys: ReadonlyArray<KeyWanted>
  readonly unknownEvents: ReadonlyArray<EventWanted>
}

export const lacksAnything = (batch: Batch<unknown, unknown, unknown, unknown>): boolean =>
  batch.unknownKeys.length > 0 || batch.unknownEvents.length > 0

const nothing: Needs = { events: [] }

export const decideBatch = <State, Event, Request, Command, Answer>(
  aggregate: Aggregate<State, Event, Request, Command, Answer>,
  before: State,
  waiting: ReadonlyArray<{ readonly request: Request; readonly prepared: Prepared<Command> }>,
  isOvertaken: (request: Request) => boolean,
): Batch<State, Event, Request, Answer> => {
  const outcomes: Array<Outcome<Answer> | Unavailable> = []
  const events: Array<{ event: Event; request: Request; revision: number }> = []
  const append: Array<NewEvent> = []
  const keys: Array<MessageKey> = []
  const marks: Array<EventMark> = []
  const unknownKeys: Array<KeyWanted> = []
  const wanted: Array<EventWanted> = []
  let unknown = false
  const { lookups } = aggregate
  let state = before
  let bytes = 0
  for (const { request, prepared } of waiting) {
    if (prepared._tag === "Declined") {
      outcomes.push({ _tag: "Rejected", rejection: prepared.rejection })
      continue
    }
    const decision: Decision<Event, Answer> = aggregate.decide(state, prepared.command)
    if (lookups !== undefined) {
      const needs = decision._tag === "Rejected" ? lookups.needs(state, prepared.command, decision) : nothing
      if (needs.key !== undefined) unknownKeys.push(needs.key)
      unknown ||= needs.events.length > 0
      wanted.push(...lookups.eventsOf(state, prepared.command))
    }
    if (decision._tag === "Rejected") {
      outcomes.push({ _tag: "Rejected", rejection: decision.rejection })
      continue
    }
    if (decision.events.length > 0 && isOvertaken(request)) {
      outcomes.push(new Unavailable({ reason: "another owner has decided on later requests" }))
      continue
    }
    const encoded = decision.events.map((event) => aggregate.encode(event, request))
    const size = encoded.reduce((sum, e) => sum + e.data.length + e.metadata.length, 0)
    if (
      append.length > 0 &&
      (append.length + encoded.length > maxBatchEvents || bytes + size > maxBatchBytes)
    )
      break
    bytes += size
    for (const [index, event] of decision.events.entries()) {
      const revision = aggregate.revision(state) + 1
      state = aggregate.evolve(state, event)
      events.push({ event, request, revision })
      append.push({ id: eventId(), ...encoded[index]! })
      if (lookups === undefined) continue
      const key = lookups.keyOf(event, revision)
      if (key !== undefined) keys.push(key)
      marks.push(...lookups.marksOf(event, revision))
    }
    outcomes.push({ _tag: "Answered", answer: decision.answer })
  }
  return { outcomes, events, append, keys, marks, state, unknownKeys, unknownEvents: unknown ? wanted : [] }
}
