/**
 * How a call ends badly: a gRPC status with the trailers by which EventStoreDB's clients tell one failure from another (`exception` and
 * what belongs to it).
 *
 * Always true: the details name streams, groups and revisions of the call, and nothing else of the store.
 */
import * as grpc from "@grpc/grpc-js"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { StoreUnavailable, StreamDeleted } from "../errors.ts"
import { maxAppendBytes } from "../eventStore/checkAppend.ts"

export class CallRefused extends Data.TaggedError("CallRefused")<{
  readonly code: grpc.status
  readonly details: string
  /** Trailers. Values beyond printable ASCII travel percent-encoded. */
  readonly trailers?: Readonly<Record<string, string>>
}> {}

const printable = (value: string): string =>
  value.replaceAll(/[^ -~]+/gu, (beyond) => encodeURIComponent(beyond.toWellFormed()))

/** What grpc-js takes for the end of a call. */
export const statusOf = ({ code, details, trailers = {} }: CallRefused) => {
  const metadata = new grpc.Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, printable(value))
  return { code, details: printable(details), metadata }
}

export const invalid = (details: string): CallRefused =>
  new CallRefused({ code: grpc.status.INVALID_ARGUMENT, details })

export const unsupported = (details: string): CallRefused =>
  new CallRefused({ code: grpc.status.UNIMPLEMENTED, details })

export const accessDenied = new CallRefused({
  code: grpc.status.UNAUTHENTICATED,
  details: "Access Denied",
  trailers: { exception: "access-denied" },
})

/** A write's outcome is unknown: the same ids at the same revision may be sent again. */
export const unavailable = ({ reason }: StoreUnavailable): CallRefused =>
  new CallRefused({ code: grpc.status.UNAVAILABLE, details: `the event store is unavailable: ${reason}` })

export const streamDeleted = ({ stream }: StreamDeleted): CallRefused =>
  new CallRefused({
    code: grpc.status.FAILED_PRECONDITION,
    details: `Event stream '${stream}' is deleted.`,
    trailers: { exception: "stream-deleted", "stream-name": stream },
  })

export const appendTooLarge: CallRefused = new CallRefused({
  code: grpc.status.INVALID_ARGUMENT,
  details: `Maximum Append Size of ${maxAppendBytes} Exceeded.`,
  trailers: {
    exception: "maximum-append-size-exceeded",
    "maximum-append-size": String(maxAppendBytes),
  },
})

/** As EventStoreDB numbers what was expected when it was no revision. */
export const expectedNumbers = { no_stream: -1, any: -2, stream_exists: -4 } as const
export type Expected = number | keyof typeof expectedNumbers

/** Of deletions; appends answer it as a result. `actual` is -1 for no stream. */
export const wrongExpectedVersion = (stream: string, expected: Expected, actual: number): CallRefused => {
  const number = typeof expected === "number" ? expected : expectedNumbers[expected]
  return new CallRefused({
    code: grpc.status.FAILED_PRECONDITION,
    details: `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${number}, Actual version: ${actual}`,
    trailers: {
      exception: "wrong-expected-version",
      "stream-name": stream,
      "expected-version": String(number),
      ...(actual < 0 ? {} : { "actual-version": String(actual) }),
    },
  })
}

/** Reading a message: what it throws as `CallRefused` ends the call, anything else is a defect. */
export const parsed = <A>(read: () => A): Effect.Effect<A, CallRefused> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(read())
    } catch (thrown) {
      return thrown instanceof CallRefused ? Effect.fail(thrown) : Effect.die(thrown)
    }
  })
