/**
 * One batch of the log, applied to a model in Postgres.
 *
 * Always true: the rows of a batch and the place after it are one transaction, and the place moves by compare-and-set, so two followers
 * of one model cannot both apply an event. A batch holds at most 500 events and about 4 MiB.
 */
import { UnreadableEvent } from "@parley/domain/StoredEvent"
import * as Effect from "effect/Effect"
import type { EventStore, RecordedEvent } from "@parley/runtime/EventStore"
import type { PostgresFailure, StoreUnavailable } from "@parley/runtime/errors"
import { byIndex } from "@parley/runtime/postgres/byIndex"
import type { Postgres } from "@parley/runtime/postgres/Postgres"
import { type AnyEvent, type ModelDefinition, type ModelEvent, PoisonedEvent } from "../Model.ts"
import { movePlace, type Place, tablesOf } from "./generations.ts"
import { tell } from "./News.ts"
import type { PostgresModel } from "./PostgresModel.ts"

const batchEvents = 500
const batchBytes = 4 * 1_024 * 1_024

/** Somebody else moved the place: nothing of this batch was kept. */
export interface SteppedDown {
  readonly _tag: "SteppedDown"
}

/** An event that cannot be read or applied. Waiting does not help. */
export interface Poisoned {
  readonly _tag: "Poisoned"
  readonly reason: string
}

export interface Stepped {
  readonly place: Place
  /** False when the log held nothing more. */
  readonly more: boolean
}

/** The first ones, as many as fit; at least one. */
const fitting = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<RecordedEvent> => {
  let bytes = 0
  const over = events.findIndex(({ data }, at) => (bytes += data.length) > batchBytes && at > 0)
  return over === -1 ? events : events.slice(0, over)
}

const decoded = (
  { prefix, types, decode }: ModelDefinition<AnyEvent>,
  events: ReadonlyArray<RecordedEvent>,
): ReadonlyArray<ModelEvent<AnyEvent>> =>
  events.flatMap((recorded) => {
    if (types !== undefined && !types.has(recorded.type)) return []
    try {
      return [{ event: decode(recorded), subject: recorded.stream.slice(prefix.length), recorded }]
    } catch (cause) {
      if (!(cause instanceof UnreadableEvent)) throw cause
      throw new PoisonedEvent(recorded, cause.reason)
    }
  })

/** Whatever else is thrown is a defect. */
export const poisoning = <A>(body: () => A): Effect.Effect<A, PoisonedEvent> =>
  Effect.try({
    try: body,
    catch: (cause) => {
      if (cause instanceof PoisonedEvent) return cause
      throw cause
    },
  })

const steppedDown: SteppedDown = { _tag: "SteppedDown" }

export const step = Effect.fnUntraced(function* (
  store: Pick<EventStore["Service"], "headPosition" | "readAll">,
  postgres: Postgres["Service"],
  model: PostgresModel,
  from: Place,
): Effect.fn.Return<Stepped, SteppedDown | Poisoned | PostgresFailure | StoreUnavailable> {
  const { sql } = postgres
  const { definition } = model
  // Read before the events: what the filter skips up to here needs no second look.
  const head = yield* store.headPosition
  if (head <= from.position) return { place: from, more: false }
  const recorded = yield* store.readAll({
    direction: "forward",
    after: from.position,
    upTo: head,
    limit: batchEvents,
    prefixes: [definition.prefix],
  })
  const batch = fitting(recorded)
  const more = recorded.length === batchEvents || batch.length < recorded.length
  const last = batch.at(-1)?.position ?? from.position
  const position = more ? last : Math.max(head, last)
  if (position === from.position) return { place: from, more: false }
  const to: Place = { ...from, position }
  const write = (events: ReadonlyArray<ModelEvent<AnyEvent>>) =>
    Effect.gen(function* () {
      yield* byIndex(sql)
      // First: what another follower has made of the tables says nothing about this batch.
      if (!(yield* movePlace(sql, model, from, position))) return yield* Effect.fail(steppedDown)
      yield* model.apply(tablesOf(sql, model, from.generation), events)
      yield* tell(postgres, definition.name, "moved", to)
    })
  /** Most batches concern one model of four: the others' transaction is one statement. */
  const move = Effect.gen(function* () {
    if (!(yield* postgres.ask(movePlace(sql, model, from, position)))) return yield* Effect.fail(steppedDown)
    yield* postgres.ask(tell(postgres, definition.name, "moved", to))
  })
  yield* poisoning(() => decoded(definition, batch)).pipe(
    Effect.flatMap((events): Effect.Effect<void, SteppedDown | PoisonedEvent | PostgresFailure> =>
      events.length === 0 ? move : postgres.transaction(write(events)),
    ),
    Effect.catchIf(
      (failure) => failure instanceof PoisonedEvent,
      ({ message }) => Effect.fail<Poisoned>({ _tag: "Poisoned", reason: message }),
    ),
  )
  return { place: to, more }
})
