/** What the event store's contract speaks in: events without meaning, streams a test has to itself, outcomes as values. */
import { type ExpectedRevision, EventStore, type MessageKey, type NewEvent } from "@parley/runtime/EventStore"
import { eventId } from "@parley/runtime/freshIds"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

/** One promise of a store, tried on a new, empty one. */
export type Promised = (
  title: string,
  body: Effect.Effect<unknown, unknown, EventStore | Scope.Scope>,
) => void

export const promisedBy =
  (layer: Layer.Layer<EventStore, unknown>): Promised =>
  (title, body) =>
    it.effect(title, () => Effect.provide(body, layer))

export const anEvent = (n = 0): NewEvent => ({
  id: eventId(),
  type: "Happened",
  data: JSON.stringify({ n }),
  metadata: JSON.stringify({ v: 1 }),
})

export const events = (count: number): ReadonlyArray<NewEvent> =>
  Array.from({ length: count }, (_, n) => anEvent(n))

export const append = Effect.fnUntraced(function* (
  stream: string,
  expected: ExpectedRevision,
  appended: ReadonlyArray<NewEvent>,
  keys: ReadonlyArray<MessageKey> = [],
) {
  const store = yield* EventStore
  return yield* store.append({ stream, expected, events: appended, keys })
})

export const readForward = Effect.fnUntraced(function* (stream: string, from = 0, limit = 10_000) {
  const store = yield* EventStore
  return yield* store.readStream(stream, { direction: "forward", from, limit })
})

/** The log without the event that every log starts with. */
export const readLog = Effect.fnUntraced(function* (prefixes: ReadonlyArray<string> = []) {
  const store = yield* EventStore
  const all = yield* store.readAll({ direction: "forward", limit: 100_000, prefixes })
  return all.filter((event) => event.stream !== "parley-log")
})

export const ids = (list: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> =>
  list.map((event) => event.id)

/** The failure, as the tag that the caller acts on. */
export const refusal = <A, E extends { readonly _tag: string }, R>(
  effect: Effect.Effect<A, E, R>,
): Effect.Effect<E["_tag"], A, R> => Effect.map(Effect.flip(effect), (failure) => failure._tag)
