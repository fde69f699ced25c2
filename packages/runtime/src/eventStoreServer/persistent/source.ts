/** What a group reads: one stream, or the log through its filter. A place is a revision of the stream, or a position of the log. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StoreUnavailable, StreamDeleted } from "../../errors.ts"
import type { EventStore, RecordedEvent } from "../../EventStore.ts"
import { type EventFilter, eventFilterOf } from "../eventFilter.ts"
import { type CallRefused, parsed } from "../failures.ts"
import { allSource, type Definition, type Wanted } from "./definition.ts"

export interface SourceItem {
  /** Up to here the source has been read. */
  readonly place: number
  readonly event: RecordedEvent | undefined
}

type Take = (item: SourceItem) => Effect.Effect<void>

const followAll = (
  store: EventStore["Service"],
  filter: EventFilter,
  after: number,
  take: Take,
): Effect.Effect<void, CallRefused | StoreUnavailable> =>
  Stream.runForEachArray(
    store.subscribeAll({ after, prefixes: filter.prefixes }),
    Effect.fnUntraced(function* (items) {
      const events = items.flatMap((item) => (item._tag === "Event" ? [item.event] : []))
      const wanted = new Set(yield* parsed(() => filter.of(events)))
      for (const item of items)
        yield* item._tag === "Event"
          ? take({ place: item.event.position, event: wanted.has(item.event) ? item.event : undefined })
          : take({ place: item.position, event: undefined })
    }),
  )

/** Hands over everything after a place, for ever. */
export const followSource = (
  store: EventStore["Service"],
  { source, filter }: Definition,
  after: number,
  take: Take,
): Effect.Effect<void, CallRefused | StreamDeleted | StoreUnavailable> =>
  source === allSource
    ? Effect.flatMap(
        parsed(() => eventFilterOf(filter)),
        (found) => followAll(store, found, after, take),
      )
    : Stream.runForEach(store.subscribeStream(source, after), (event) =>
        take({ place: event.revision, event }),
      )

/** The place after which a group that is made now begins. */
export const beginning = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  { source, startFrom }: Wanted,
): Effect.fn.Return<number, StoreUnavailable> {
  if (startFrom === "start") return -1
  if (source !== allSource) {
    if (startFrom !== "end") return startFrom - 1
    return (yield* store.head(source))?.revision ?? -1
  }
  if (startFrom === "end") return yield* store.headPosition
  const found = yield* store.readAll({ direction: "backward", from: startFrom, limit: 2 })
  return found.find(({ position }) => position < startFrom)?.position ?? -1
})
