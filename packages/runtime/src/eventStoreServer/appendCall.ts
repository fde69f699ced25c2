/**
 * `Streams.Append`: options, then events one message each, then the client's end; one append, one answer.
 *
 * Always true: a wrong expected revision is a result, as in EventStoreDB, and everything else a status. More than an append may hold is
 * read to its end and not kept.
 */
import * as Effect from "effect/Effect"
import type * as grpc from "@grpc/grpc-js"
import type * as Streams from "@eventstore/db-client/generated/streams_pb.js"
import type { WrongExpectedRevision } from "../errors.ts"
import type { Appended } from "../EventStore.ts"
import { maxAppendBytes } from "../eventStore/checkAppend.ts"
import { type AppendFailure, foreignBytes, type ForeignAppend } from "./appending.ts"
import {
  appendTooLarge,
  type CallRefused,
  type Expected,
  invalid,
  parsed,
  streamDeleted,
  unavailable,
} from "./failures.ts"
import type { ForeignEvent } from "./foreignEvents.ts"
import { shared, streams } from "./generated.ts"
import { expectedOf, proposedEvent } from "./proposed.ts"
import { setPosition, streamNameOf } from "./wireNames.ts"

export type Append = (append: ForeignAppend) => Effect.Effect<Appended, AppendFailure | CallRefused>

const targetOf = (options: Streams.AppendReq.Options): { stream: string; expected: Expected } => ({
  stream: streamNameOf(options.getStreamIdentifier()),
  expected: expectedOf(options, options.hasRevision() ? options.getRevision() : undefined),
})

type Call = grpc.ServerReadableStream<Streams.AppendReq, Streams.AppendResp>

/** Everything that the client sends. Ends with its end; a client that leaves interrupts. */
const gathered = (call: Call): Effect.Effect<ForeignAppend, CallRefused> =>
  Effect.callback((resume) => {
    let target: { stream: string; expected: Expected } | undefined
    const events: Array<ForeignEvent> = []
    let bytes = 0
    const take = (request: Streams.AppendReq): void => {
      const options = request.getOptions()
      const message = request.getProposedMessage()
      if (options !== undefined) target = targetOf(options)
      if (message === undefined || bytes > maxAppendBytes) return
      const event = proposedEvent(message)
      bytes += foreignBytes(event)
      events.push(event)
    }
    let refused: Effect.Effect<never, CallRefused> | undefined
    call.on("data", (request: Streams.AppendReq) => {
      if (refused !== undefined) return
      const taken = Effect.runSyncExit(parsed(() => take(request)))
      if (taken._tag === "Failure") refused = Effect.failCause(taken.cause)
    })
    call.once("end", () => {
      if (refused !== undefined) return resume(refused)
      if (bytes > maxAppendBytes) return resume(Effect.fail(appendTooLarge))
      if (target === undefined) return resume(Effect.fail(invalid("an append begins with its options")))
      resume(Effect.succeed({ ...target, events }))
    })
  })

const success = ({ revision, position }: Appended): Streams.AppendResp => {
  const succeeded = new streams.AppendResp.Success()
  if (revision < 0) succeeded.setNoStream(new shared.Empty())
  else succeeded.setCurrentRevision(String(revision))
  succeeded.setPosition(setPosition(new streams.AppendResp.Position(), position))
  return new streams.AppendResp().setSuccess(succeeded)
}

const wrong = (expected: Expected, { actual }: WrongExpectedRevision): Streams.AppendResp => {
  const result = new streams.AppendResp.WrongExpectedVersion()
  if (actual < 0) result.setCurrentNoStream(new shared.Empty())
  else result.setCurrentRevision(String(actual))
  if (expected === "any") result.setExpectedAny(new shared.Empty())
  else if (expected === "no_stream") result.setExpectedNoStream(new shared.Empty())
  else if (expected === "stream_exists") result.setExpectedStreamExists(new shared.Empty())
  else result.setExpectedRevision(String(expected))
  return new streams.AppendResp().setWrongExpectedVersion(result)
}

export const appendCall =
  (append: Append) =>
  (call: Call): Effect.Effect<Streams.AppendResp, CallRefused> =>
    Effect.flatMap(gathered(call), (wanted) =>
      Effect.catchTags(Effect.map(append(wanted), success), {
        WrongExpectedRevision: (failure) => Effect.succeed(wrong(wanted.expected, failure)),
        StreamDeleted: (failure) => Effect.fail(streamDeleted(failure)),
        AppendTooLarge: () => Effect.fail(appendTooLarge),
        StoreUnavailable: (failure) => Effect.fail(unavailable(failure)),
      }),
    )
