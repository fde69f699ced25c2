/** What the event store's contract speaks in: events without meaning, streams a test has to itself, outcomes as values. */
import {
  type EventMark,
  type ExpectedRevision,
  EventStore,
  type MessageKey,
  type NewEvent,
} from "@parley/runtime/EventStore"
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
  (layer: Layer.Layer<EventStore, unknown>, clock: Capabilities["clock"]): Promised =>
  (title, body) =>
    (clock === "given" ? it.effect : it.live)(title, () => Effect.provide(body, layer))

/** In what an adapter may differ, because of what stands behind it. Each way has its own promises: nothing is left out. */
export interface Capabilities {
  /** Whose clock makes events old: the caller's, which a test moves, or the server's own. */
  readonly clock: "given" | "own"
  /** `own`: copies are made with the server's own tools. */
  readonly backup: "given" | "own"
  /**
   * Lines of the key index and marks: as `given` with the append, in its transaction, or `derived` from the events by whoever reads
   * them, so that a given line which does not follow from its event is not kept.
   */
  readonly lines: "given" | "derived"
  /** Whether the head of a stream is known while all of its events are hidden. */
  readonly headOfHidden: "known" | "unknown"
}

/** What the memory and the embedded store can. */
export const embedded: Capabilities = {
  clock: "given",
  backup: "given",
  lines: "given",
  headOfHidden: "known",
}

interface Lines {
  readonly keys: ReadonlyArray<MessageKey>
  readonly marks: ReadonlyArray<EventMark>
}

/** The same events, the first of which says what lines follow from it. */
const carrying = (events: ReadonlyArray<NewEvent>, lines: Lines): ReadonlyArray<NewEvent> =>
  lines.keys.length + lines.marks.length === 0
    ? events
    : events.map((event, n) =>
        n > 0 ? event : { ...event, data: JSON.stringify({ ...JSON.parse(event.data), lines }) },
      )

/** The lines that follow from an event of this contract. */
export const linesOf = (event: Pick<NewEvent, "data">): Lines =>
  (JSON.parse(event.data) as { readonly lines?: Lines }).lines ?? { keys: [], marks: [] }

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
  marks: ReadonlyArray<EventMark> = [],
  keysAreNew = false,
) {
  const store = yield* EventStore
  const carried = carrying(appended, { keys, marks })
  return yield* store.append({ stream, expected, events: carried, keys, keysAreNew, marks })
})

/** By somebody who has all keys of the stream in memory. */
export const appendNew = (
  stream: string,
  expected: ExpectedRevision,
  appended: ReadonlyArray<NewEvent>,
  keys: ReadonlyArray<MessageKey>,
) => append(stream, expected, appended, keys, [], true)

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
