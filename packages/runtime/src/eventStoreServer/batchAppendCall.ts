/**
 * `Streams.BatchAppend`: many appends over one stream of messages, each answered by its correlation id when it is durable.
 *
 * Always true: appends are handed to the store in the order in which their last messages came. At most `maxAtWork` of a stream wait for
 * the store, and `maxUnfinished` for the rest of their events; the client is not read from meanwhile, or is cut off. One append's
 * failure is its own answer and disturbs no other.
 */
import type * as Streams from "@eventstore/db-client/generated/streams_pb.js"
import * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import type { WrongExpectedRevision } from "../errors.ts"
import type { Appended } from "../EventStore.ts"
import { maxAppendBytes } from "../eventStore/checkAppend.ts"
import type { Append } from "./appendCall.ts"
import { foreignBytes, type ForeignAppend } from "./appending.ts"
import { type Fork, send } from "./calls.ts"
import { appendTooLarge, CallRefused, type Expected, invalid, parsed } from "./failures.ts"
import type { ForeignEvent } from "./foreignEvents.ts"
import { anyOf, googleEmpty, shared, status, streams } from "./generated.ts"
import { expectedOf, proposedEvent } from "./proposed.ts"
import { eventIdOf, identifierOf, setPosition, streamNameOf } from "./wireNames.ts"

const maxAtWork = 256
const maxBytesAtWork = 16 * 1_048_576
const maxUnfinished = 64

type Call = grpc.ServerDuplexStream<Streams.BatchAppendReq, Streams.BatchAppendResp>

/** google.rpc.Code, which has gRPC's numbers. */
type Refusal = { readonly code: grpc.status; readonly message: string; readonly details: Any }
type Any = ReturnType<typeof anyOf>
const named = (name: string, message: { serializeBinary(): Uint8Array }): Any =>
  anyOf(`event_store.client.${name}`, message.serializeBinary())

interface Unfinished {
  readonly stream: string
  readonly expected: Expected
  /** Milliseconds. Past it nothing is written any more. */
  readonly deadline: number
  readonly events: Array<ForeignEvent>
  bytes: number
  refusal: CallRefused | undefined
}

const wrongDetails = (expected: Expected, { actual }: WrongExpectedRevision): Any => {
  const details = new shared.WrongExpectedVersion()
  if (actual < 0) details.setCurrentNoStream(googleEmpty())
  else details.setCurrentStreamRevision(String(actual))
  if (expected === "any") details.setExpectedAny(googleEmpty())
  else if (expected === "no_stream") details.setExpectedNoStream(googleEmpty())
  else if (expected === "stream_exists") details.setExpectedStreamExists(googleEmpty())
  else details.setExpectedStreamPosition(String(expected))
  return named("WrongExpectedVersion", details)
}

const timeout = (message: string): Refusal => ({
  code: grpc.status.DEADLINE_EXCEEDED,
  message,
  details: named("Timeout", new shared.Timeout()),
})

const tooLarge = (): Refusal => ({
  code: grpc.status.INVALID_ARGUMENT,
  message: `an append holds at most ${maxAppendBytes} bytes`,
  details: named(
    "MaximumAppendSizeExceeded",
    new shared.MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes),
  ),
})

const refusalOf = (append: ForeignAppend, failure: Effect.Error<ReturnType<Append>>): Refusal => {
  switch (failure._tag) {
    case "WrongExpectedRevision":
      return {
        code: grpc.status.FAILED_PRECONDITION,
        message: `wrong expected version of ${append.stream}`,
        details: wrongDetails(append.expected, failure),
      }
    case "StreamDeleted": {
      const deleted = new shared.StreamDeleted().setStreamIdentifier(identifierOf(append.stream))
      return {
        code: grpc.status.FAILED_PRECONDITION,
        message: `${append.stream} is deleted`,
        details: named("StreamDeleted", deleted),
      }
    }
    case "AppendTooLarge":
      return tooLarge()
    // As a commit that EventStoreDB could not confirm: the outcome is unknown, and the same append may be sent again.
    case "StoreUnavailable":
      return timeout(failure.reason)
    case "CallRefused":
      if (failure === appendTooLarge) return tooLarge()
      return {
        code: failure.code,
        message: failure.details,
        details: named("BadRequest", new shared.BadRequest().setMessage(failure.details)),
      }
  }
}

const answerTo = (request: Streams.BatchAppendReq, stream: string): Streams.BatchAppendResp =>
  new streams.BatchAppendResp()
    .setCorrelationId(request.getCorrelationId())
    .setStreamIdentifier(identifierOf(stream))

const refused = (answer: Streams.BatchAppendResp, { code, message, details }: Refusal) =>
  answer.setError(
    new status.Status()
      .setCode(code as number as 0)
      .setMessage(message)
      .setDetails(details),
  )

const succeeded = (answer: Streams.BatchAppendResp, { revision, position }: Appended) => {
  const success = new streams.BatchAppendResp.Success()
  if (revision < 0) success.setNoStream(googleEmpty())
  else success.setCurrentRevision(String(revision))
  return answer.setSuccess(success.setPosition(setPosition(new shared.AllStreamPosition(), position)))
}

const begin = (options: Streams.BatchAppendReq.Options): Unfinished => ({
  stream: streamNameOf(options.getStreamIdentifier()),
  expected: expectedOf(options, options.hasStreamPosition() ? options.getStreamPosition() : undefined),
  deadline: options.getDeadline()?.toDate().getTime() ?? Infinity,
  events: [],
  bytes: 0,
  refusal: undefined,
})

const unreadable = (refusal: CallRefused): Unfinished => ({
  stream: "",
  expected: "any",
  deadline: Infinity,
  events: [],
  bytes: 0,
  refusal,
})

/** Takes the events of a message. What is refused is read to its end, kept no more, and answered once it is complete. */
const gather = (batch: Unfinished, request: Streams.BatchAppendReq): void => {
  for (const message of request.getProposedMessagesList()) {
    if (batch.refusal !== undefined) break
    const event = proposedEvent(message)
    batch.bytes += foreignBytes(event)
    batch.events.push(event)
    if (batch.bytes > maxAppendBytes) batch.refusal = appendTooLarge
  }
}

/** The append of which the message is a part, with its events. */
const gathered = (request: Streams.BatchAppendReq, before: Unfinished | undefined): Unfinished => {
  let batch = before
  try {
    const options = request.getOptions()
    if (batch === undefined) {
      if (options === undefined) throw invalid("an append begins with its options")
      batch = begin(options)
    }
    gather(batch, request)
  } catch (thrown) {
    if (!(thrown instanceof CallRefused)) throw thrown
    batch ??= unreadable(thrown)
    batch.refusal = thrown
  }
  if (batch.refusal !== undefined) batch.events.length = 0
  return batch
}

const answered = (
  append: Append,
  request: Streams.BatchAppendReq,
  { stream, expected, events, deadline, refusal }: Unfinished,
): Effect.Effect<Streams.BatchAppendResp> => {
  const answer = answerTo(request, stream)
  const wanted: ForeignAppend = { stream, expected, events }
  if (refusal !== undefined) return Effect.succeed(refused(answer, refusalOf(wanted, refusal)))
  if (deadline < Date.now()) return Effect.succeed(refused(answer, timeout("the deadline has passed")))
  return Effect.matchEffect(append(wanted), {
    onSuccess: (appended) => Effect.succeed(succeeded(answer, appended)),
    onFailure: (failure) => Effect.succeed(refused(answer, refusalOf(wanted, failure))),
  })
}

export const batchAppendCall =
  (fork: Fork, append: Append) =>
  (call: Call): Effect.Effect<void, CallRefused> =>
    Effect.callback<void, CallRefused>((resume) => {
      const unfinished = new Map<string, Unfinished>()
      let [atWork, bytesAtWork, ended] = [0, 0, false]

      const work = (request: Streams.BatchAppendReq, batch: Unfinished): void => {
        atWork += 1
        bytesAtWork += batch.bytes
        if (atWork >= maxAtWork || bytesAtWork > maxBytesAtWork) call.pause()
        const done = Effect.sync(() => {
          atWork -= 1
          bytesAtWork -= batch.bytes
          if (ended && atWork === 0) resume(Effect.void)
          else call.resume()
        })
        const answer = Effect.flatMap(answered(append, request, batch), (response) => send(call, response))
        fork(Effect.ensuring(answer, done)).addObserver((exit) => {
          if (exit._tag === "Failure") resume(Effect.failCause(exit.cause))
        })
      }

      const take = (request: Streams.BatchAppendReq): void => {
        const id = eventIdOf(request.getCorrelationId())
        const batch = gathered(request, unfinished.get(id))
        if (request.getIsFinal()) {
          unfinished.delete(id)
          work(request, batch)
        } else if (unfinished.size < maxUnfinished || unfinished.has(id)) unfinished.set(id, batch)
        else throw tooManyUnfinished
      }

      const onData = (request: Streams.BatchAppendReq): void => {
        const taken = Effect.runSyncExit(parsed(() => take(request)))
        if (taken._tag === "Failure") resume(Effect.failCause(taken.cause))
      }
      const onEnd = (): void => {
        ended = true
        if (atWork === 0) resume(Effect.void)
      }
      call.on("data", onData)
      call.once("end", onEnd)
      return Effect.sync(() => {
        call.off("data", onData)
        call.off("end", onEnd)
      })
    })

const tooManyUnfinished = new CallRefused({
  code: grpc.status.RESOURCE_EXHAUSTED,
  details: `more than ${maxUnfinished} appends are unfinished on one stream`,
})
