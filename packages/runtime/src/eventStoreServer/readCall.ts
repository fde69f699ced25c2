/**
 * `Streams.Read`: a stream or `$all`, forwards or backwards, and the choice between that and a subscription.
 *
 * Always true: a page of events is in memory, and the next is read when the client has taken it. Forward reads begin at the position
 * given; backward reads of `$all` before it, and of a stream at the revision given: as EventStoreDB's do.
 */
import type * as Streams from "@eventstore/db-client/generated/streams_pb.js"
import type * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import type { EventStore, RecordedEvent } from "../EventStore.ts"
import { send } from "./calls.ts"
import { eventFilterOf, type EventFilter, filterWanted } from "./eventFilter.ts"
import { type CallRefused, invalid, parsed, streamDeleted, unavailable, unsupported } from "./failures.ts"
import { streams } from "./generated.ts"
import { isMetastream, type Metastreams } from "./metastreams.ts"
import { readEventOf, readMetadataOf } from "./recorded.ts"
import { subscribeToAll, subscribeToStream } from "./subscriptions.ts"
import { identifierOf, numberOf, streamNameOf } from "./wireNames.ts"

export type ReadCall = grpc.ServerWritableStream<Streams.ReadReq, Streams.ReadResp>
type Options = Streams.ReadReq.Options

const pageSize = 256

export interface Reading {
  readonly store: EventStore["Service"]
  readonly metastreams: Metastreams
}

const backwards = (options: Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS

const structured = (options: Options): boolean => options.getUuidOption()?.hasStructured() === true

/** Throws `CallRefused`. */
const filterOf = (options: Options): EventFilter => {
  const filter = options.getFilter()
  return eventFilterOf(filter === undefined ? undefined : filterWanted(filter))
}

const limitOf = (options: Options): number => {
  const limit = numberOf(options.getCount())
  if (limit < 1) throw invalid("a read asks for at least one event")
  return limit
}

const notFound = (stream: string): Streams.ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream)),
  )

const readMetastream = (
  { metastreams }: Reading,
  call: ReadCall,
  options: Options,
  stream: string,
): Effect.Effect<void, CallRefused> =>
  metastreams.read(stream).pipe(
    Effect.flatMap((event) => send(call, readMetadataOf(stream, event, structured(options)))),
    Effect.catchTags({
      StreamNotFound: () => send(call, notFound(stream)),
      StreamDeleted: (failure) => Effect.fail(streamDeleted(failure)),
      StoreUnavailable: (failure) => Effect.fail(unavailable(failure)),
    }),
  )

const readStream = Effect.fnUntraced(function* ({ store }: Reading, call: ReadCall, options: Options) {
  const wanted = options.getStream()!
  const stream = streamNameOf(wanted.getStreamIdentifier())
  const direction = backwards(options) ? "backward" : "forward"
  const limit = yield* parsed(() => limitOf(options))
  const from = wanted.hasRevision() ? numberOf(wanted.getRevision()) : wanted.hasEnd() ? "end" : 0
  // From the end forwards there is nothing, but that the stream is there must be so.
  const nothing = direction === "forward" && from === "end"
  let at: number | "end" = from
  let left = limit
  while (left > 0) {
    const asked = nothing ? 1 : Math.min(left, pageSize)
    const page: ReadonlyArray<RecordedEvent> = yield* store.readStream(stream, {
      direction,
      from: at,
      limit: asked,
    })
    if (nothing) return
    for (const event of page) yield* send(call, readEventOf(event, structured(options)))
    const last = page.at(-1)
    left -= page.length
    if (last === undefined || page.length < asked) return
    at = direction === "forward" ? last.revision + 1 : last.revision - 1
    if (at < 0) return
  }
})

const allFrom = (options: Options): number | "end" => {
  const all = options.getAll()!
  const position = all.getPosition()
  if (position === undefined) return all.hasEnd() ? "end" : 0
  return numberOf(position.getCommitPosition())
}

const readAll = Effect.fnUntraced(function* (
  { store }: Reading,
  call: ReadCall,
  options: Options,
  filter: EventFilter,
) {
  const direction = backwards(options) ? "backward" : "forward"
  const from = allFrom(options)
  if (direction === "forward" && from === "end") return
  let at: number | "end" = direction === "backward" && from !== "end" ? from - 1 : from
  let left = yield* parsed(() => limitOf(options))
  while (left > 0 && at !== -1) {
    const page: ReadonlyArray<RecordedEvent> = yield* store.readAll({
      direction,
      from: at,
      limit: pageSize,
      prefixes: filter.prefixes,
    })
    const wanted = yield* parsed(() => filter.of(page).slice(0, left))
    for (const event of wanted) yield* send(call, readEventOf(event, structured(options)))
    left -= wanted.length
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    at = direction === "forward" ? last.position + 1 : last.position - 1
  }
})

const subscribe = Effect.fnUntraced(function* (reading: Reading, call: ReadCall, options: Options) {
  const { store } = reading
  if (backwards(options)) return yield* invalid("a subscription goes forwards")
  const ids = structured(options)
  const wanted = options.getStream()
  if (wanted === undefined) {
    const filter = yield* parsed(() => filterOf(options))
    const all = options.getAll()!
    const position = all.getPosition()
    const after = position === undefined ? -1 : numberOf(position.getCommitPosition())
    return yield* subscribeToAll(store, call, { after: all.hasEnd() ? "end" : after, filter, ids })
  }
  const stream = yield* parsed(() => streamNameOf(wanted.getStreamIdentifier()))
  if (isMetastream(stream)) return yield* unsupported("a metastream can be read, not subscribed to")
  const after = wanted.hasRevision() ? numberOf(wanted.getRevision()) : wanted.hasEnd() ? "end" : -1
  return yield* subscribeToStream(store, call, { stream, after, ids })
})

export const readCall =
  (reading: Reading) =>
  (call: ReadCall): Effect.Effect<void, CallRefused> =>
    Effect.gen(function* () {
      const options = call.request.getOptions()
      if (options === undefined || (!options.hasStream() && !options.hasAll()))
        return yield* invalid("a read names a stream or $all")
      if (options.hasSubscription()) return yield* subscribe(reading, call, options)
      if (options.hasAll())
        return yield* readAll(reading, call, options, yield* parsed(() => filterOf(options)))
      const stream = yield* parsed(() => streamNameOf(options.getStream()?.getStreamIdentifier()))
      if (isMetastream(stream)) return yield* readMetastream(reading, call, options, stream)
      return yield* Effect.catchTag(readStream(reading, call, options), "StreamNotFound", () =>
        send(call, notFound(stream)),
      )
    }).pipe(
      Effect.catchTags({
        StreamDeleted: (failure) => Effect.fail(streamDeleted(failure)),
        StoreUnavailable: (failure) => Effect.fail(unavailable(failure)),
      }),
    )
