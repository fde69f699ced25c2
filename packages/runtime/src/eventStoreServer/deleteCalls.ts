/**
 * `Streams.Delete`, which hides a stream's events and lets it be written again, and `Streams.Tombstone`, which is final.
 *
 * Always true: the position answered is the log's end once it is done. Deletions write no event of their own here.
 */
import type * as Streams from "@eventstore/db-client/generated/streams_pb.js"
import type * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import type { StoreUnavailable, StreamDeleted, WrongExpectedRevision } from "../errors.ts"
import type { EventStore, ExpectedRevision } from "../EventStore.ts"
import { atExpected } from "./appending.ts"
import {
  type CallRefused,
  invalid,
  parsed,
  streamDeleted,
  unavailable,
  wrongExpectedVersion,
} from "./failures.ts"
import { streams } from "./generated.ts"
import { isMetastream } from "./metastreams.ts"
import { expectedOf } from "./proposed.ts"
import { setPosition, streamNameOf } from "./wireNames.ts"

type Deletion = (
  stream: string,
  expected: ExpectedRevision,
) => Effect.Effect<void, WrongExpectedRevision | StreamDeleted | StoreUnavailable>

/** Answers the log's position. */
const deleting = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  deletion: Deletion,
  options: Streams.DeleteReq.Options | Streams.TombstoneReq.Options | undefined,
) {
  if (options === undefined) return yield* invalid("a deletion names a stream")
  const { stream, expected } = yield* parsed(() => ({
    stream: streamNameOf(options.getStreamIdentifier()),
    expected: expectedOf(options, options.hasRevision() ? options.getRevision() : undefined),
  }))
  if (isMetastream(stream)) return yield* invalid("a metastream goes with its stream")
  yield* Effect.catchTags(
    atExpected(store, stream, expected, (exact) => deletion(stream, exact)),
    {
      WrongExpectedRevision: ({ actual }) => Effect.fail(wrongExpectedVersion(stream, expected, actual)),
      StreamDeleted: (failure) => Effect.fail(streamDeleted(failure)),
      StoreUnavailable: (failure) => Effect.fail(unavailable(failure)),
    },
  )
  return yield* Effect.mapError(store.headPosition, unavailable)
})

export const deleteCall =
  (store: EventStore["Service"]) =>
  (
    call: grpc.ServerUnaryCall<Streams.DeleteReq, Streams.DeleteResp>,
  ): Effect.Effect<Streams.DeleteResp, CallRefused> =>
    Effect.map(deleting(store, store.softDelete, call.request.getOptions()), (position) =>
      new streams.DeleteResp().setPosition(setPosition(new streams.DeleteResp.Position(), position)),
    )

export const tombstoneCall =
  (store: EventStore["Service"]) =>
  (
    call: grpc.ServerUnaryCall<Streams.TombstoneReq, Streams.TombstoneResp>,
  ): Effect.Effect<Streams.TombstoneResp, CallRefused> =>
    Effect.map(deleting(store, store.tombstone, call.request.getOptions()), (position) =>
      new streams.TombstoneResp().setPosition(setPosition(new streams.TombstoneResp.Position(), position)),
    )
