/**
 * Catch-up subscriptions: everything after a place, then what is committed from now on.
 *
 * Always true: events come once and in order, with no seam between old and new. A client that does not read is waited for: the log is
 * its buffer. `CaughtUp` is said once, when everything that stood at the beginning has been handed over.
 */
import type * as Streams from "@eventstore/db-client/generated/streams_pb.js"
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StoreUnavailable, StreamDeleted } from "../errors.ts"
import type { EventStore, FromAll, Position } from "../EventStore.ts"
import { send } from "./calls.ts"
import type { EventFilter } from "./eventFilter.ts"
import { type CallRefused, parsed } from "./failures.ts"
import { streams } from "./generated.ts"
import type { ReadCall } from "./readCall.ts"
import { readEventOf } from "./recorded.ts"
import { setPosition } from "./wireNames.ts"

/**
 * Who has caught up is sent what comes next at once, and then what the next 20 ms bring together: to read the log and wake a client for each of many
 * small commits would cost both more than the events do. A fuller page is followed by the next without a pause.
 */
const gatherFor = "20 millis"
const gatherBelow = 64

const confirmation = (): Streams.ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID()),
  )

const caughtUp = (): Streams.ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp())

const checkpoint = (position: Position): Streams.ReadResp =>
  new streams.ReadResp().setCheckpoint(setPosition(new streams.ReadResp.Checkpoint(), position))

interface ToStream {
  readonly stream: string
  /** Exclusive. */
  readonly after: number | "end"
  /** Ids as two numbers. */
  readonly ids: boolean
}

export const subscribeToStream = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  call: ReadCall,
  { stream, after, ids }: ToStream,
): Effect.fn.Return<void, CallRefused | StreamDeleted | StoreUnavailable> {
  const [newest] = yield* Effect.catchTag(
    store.readStream(stream, { direction: "backward", limit: 1 }),
    "StreamNotFound",
    () => Effect.succeed([]),
  )
  const head = newest?.revision ?? -1
  const from = after === "end" ? head : after
  yield* send(call, confirmation())
  let behind = from < head
  if (!behind) yield* send(call, caughtUp())
  yield* Stream.runForEachArray(store.subscribeStream(stream, from), (events) =>
    Effect.gen(function* () {
      for (const event of events) {
        yield* send(call, readEventOf(event, ids))
        if (!behind || event.revision < head) continue
        behind = false
        yield* send(call, caughtUp())
      }
    }),
  )
})

interface ToAll {
  /** Exclusive. */
  readonly after: Position | "end"
  readonly filter: EventFilter
  readonly ids: boolean
}

const placeOf = (item: FromAll): Position => (item._tag === "Event" ? item.event.position : item.position)

/**
 * With a filter, a checkpoint follows when the interval is full, and when the log's end as of the beginning is reached. It never passes
 * an event that is yet to come, and never stands behind one that was sent.
 */
export const subscribeToAll = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  call: ReadCall,
  { after, filter, ids }: ToAll,
): Effect.fn.Return<void, CallRefused | StoreUnavailable> {
  const head = yield* store.headPosition
  const from = after === "end" ? head : after
  yield* send(call, confirmation())
  let behind = from < head
  let checked = from
  if (!behind) yield* send(call, caughtUp())
  const filtered = filter.checkpointInterval < Infinity

  const reached = Effect.fnUntraced(function* (position: Position) {
    const endReached = behind && position >= head
    if (filtered && position > checked && (endReached || position - checked >= filter.checkpointInterval)) {
      checked = position
      yield* send(call, checkpoint(position))
    }
    if (!endReached) return
    behind = false
    yield* send(call, caughtUp())
  })

  yield* Stream.runForEachArray(
    store.subscribeAll({ after: from, prefixes: filter.prefixes }),
    Effect.fnUntraced(function* (items) {
      const events = items.flatMap((item) => (item._tag === "Event" ? [item.event] : []))
      const wanted = new Set(yield* parsed(() => filter.of(events)))
      for (const item of items) {
        if (item._tag === "Event" && wanted.has(item.event)) yield* send(call, readEventOf(item.event, ids))
        yield* reached(placeOf(item))
      }
      if (!behind && items.length < gatherBelow) yield* Effect.sleep(gatherFor)
    }),
  )
})
