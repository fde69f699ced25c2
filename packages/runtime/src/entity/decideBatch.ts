/**
 * Deciding a batch: waiting requests, one after another in the order of arrival, each against the state that the ones before it leave.
 *
 * Always true: it is synchronous, and nothing of its result has happened until the batch's events are durable.
 */
import type { Decision } from "@parley/domain/Decision"
import type { Rejection } from "@parley/domain/Rejection"
import type { MessageKey, NewEvent } from "../EventStore.ts"
import { eventId } from "../freshIds.ts"
import type { Aggregate, Prepared } from "./Aggregate.ts"

/** A batch closes before the command that would pass these; a single larger command goes alone (the store's limit is 1 MiB). */
const maxBatchEvents = 256
const maxBatchBytes = 512 * 1024

export type Outcome<Answer> =
  | { readonly _tag: "Answered"; readonly answer: Answer }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection }

export interface Batch<State, Event, Request, Answer> {
  /** One per decided request; fewer than were waiting when the batch is full. */
  readonly outcomes: ReadonlyArray<Outcome<Answer>>
  readonly events: ReadonlyArray<{ event: Event; request: Request; revision: number }>
  readonly append: ReadonlyArray<NewEvent>
  readonly keys: ReadonlyArray<MessageKey>
  /** The state once all of this is durable. */
  readonly state: State
  /** Keys to look up first: the outcomes are void while there are any. */
  readonly unknownKeys: ReadonlyArray<{ readonly sender: string; readonly clientMsgId: string }>
}

export const decideBatch = <State, Event, Request, Command, Answer>(
  aggregate: Aggregate<State, Event, Request, Command, Answer>,
  before: State,
  waiting: ReadonlyArray<{ readonly request: Request; readonly prepared: Prepared<Command> }>,
): Batch<State, Event, Request, Answer> => {
  const outcomes: Array<Outcome<Answer>> = []
  const events: Array<{ event: Event; request: Request; revision: number }> = []
  const append: Array<NewEvent> = []
  const keys: Array<MessageKey> = []
  const unknownKeys: Array<{ sender: string; clientMsgId: string }> = []
  let state = before
  let bytes = 0
  for (const { request, prepared } of waiting) {
    if (prepared._tag === "Declined") {
      outcomes.push({ _tag: "Rejected", rejection: prepared.rejection })
      continue
    }
    const decision: Decision<Event, Answer> = aggregate.decide(state, prepared.command)
    const unknown = aggregate.needsKey(state, prepared.command, decision)
    if (unknown !== undefined) unknownKeys.push(unknown)
    if (decision._tag === "Rejected") {
      outcomes.push({ _tag: "Rejected", rejection: decision.rejection })
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
      const key = aggregate.keyOf(event, revision)
      if (key !== undefined) keys.push(key)
    }
    outcomes.push({ _tag: "Answered", answer: decision.answer })
  }
  return { outcomes, events, append, keys, state, unknownKeys }
}
