/**
 * What grpc-js calls, as effects: a handler succeeds or is refused, and its fiber ends with the call.
 *
 * Always true: a client that leaves, and a server that stops, interrupt what they asked for. What is written waits until the client has
 * room for it: a slow reader holds a page of events and no more.
 */
import * as grpc from "@grpc/grpc-js"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { type CallRefused, statusOf } from "./failures.ts"

/** Forks into the server's own scope. */
export type Fork = <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>

type Failure = ReturnType<typeof statusOf>

const failureOf = (cause: Cause.Cause<CallRefused>): Failure => {
  const refused = cause.reasons.find(Cause.isFailReason)?.error
  if (refused !== undefined) return statusOf(refused)
  const [code, details] = Cause.hasInterruptsOnly(cause)
    ? [grpc.status.UNAVAILABLE, "the server is stopping"]
    : [grpc.status.INTERNAL, "the server broke on this call"]
  return { code, details, metadata: new grpc.Metadata() }
}

const observed = <A>(
  effect: Effect.Effect<A, CallRefused>,
  succeeded: (value: A) => void,
  failed: (failure: Failure) => void,
): Effect.Effect<void> =>
  effect.pipe(
    Effect.tapCause((cause) =>
      Cause.hasDies(cause) ? Effect.logError("a call to the event store broke", cause) : Effect.void,
    ),
    Effect.onExit((exit) =>
      Effect.sync(() => (exit._tag === "Success" ? succeeded(exit.value) : failed(failureOf(exit.cause)))),
    ),
    Effect.exit,
    Effect.asVoid,
  )

interface Cancellable {
  once(event: "cancelled", listener: () => void): unknown
}

const endsWith = (call: Cancellable, fiber: Fiber.Fiber<void>): void => {
  call.once("cancelled", () => fiber.interruptUnsafe())
}

type Handler<Call, Answer> = (call: Call) => Effect.Effect<Answer, CallRefused>

/** Whatever is asked, one answer. */
const answering =
  <Call extends Cancellable, Answer>(fork: Fork, handle: Handler<Call, Answer>) =>
  (call: Call, callback: grpc.sendUnaryData<Answer>): void => {
    const answer = observed(
      Effect.suspend(() => handle(call)),
      (value) => callback(null, value),
      (failure) => callback(failure),
    )
    endsWith(call, fork(answer))
  }

export const unary = <Request, Answer>(
  fork: Fork,
  handle: Handler<grpc.ServerUnaryCall<Request, Answer>, Answer>,
): grpc.handleUnaryCall<Request, Answer> => answering(fork, handle)

/** Several requests, one answer. */
export const gathering = <Request, Answer>(
  fork: Fork,
  handle: Handler<grpc.ServerReadableStream<Request, Answer>, Answer>,
): grpc.handleClientStreamingCall<Request, Answer> => answering(fork, handle)

interface Outgoing<Answer> extends Cancellable {
  write(answer: Answer): boolean
  end(): void
  emit(event: "error", failure: Failure): boolean
}

/** A stream of answers, or of both: ends when the handler does. */
const streaming = <Call extends Outgoing<unknown>>(
  fork: Fork,
  call: Call,
  handle: (call: Call) => Effect.Effect<void, CallRefused>,
): void => {
  const answers = observed(
    Effect.suspend(() => handle(call)),
    () => call.end(),
    (failure) => call.emit("error", failure),
  )
  endsWith(call, fork(answers))
}

export const serverStreaming =
  <Request, Answer>(
    fork: Fork,
    handle: (call: grpc.ServerWritableStream<Request, Answer>) => Effect.Effect<void, CallRefused>,
  ): grpc.handleServerStreamingCall<Request, Answer> =>
  (call) =>
    streaming(fork, call, handle)

export const bothStreaming =
  <Request, Answer>(
    fork: Fork,
    handle: (call: grpc.ServerDuplexStream<Request, Answer>) => Effect.Effect<void, CallRefused>,
  ): grpc.handleBidiStreamingCall<Request, Answer> =>
  (call) =>
    streaming(fork, call, handle)

interface Writing<Answer> {
  readonly cancelled: boolean
  write(answer: Answer): boolean
  once(event: "drain" | "cancelled", listener: () => void): unknown
  off(event: "drain" | "cancelled", listener: () => void): unknown
}

/** Waits, after the write, until there is room for another, or nobody to write to. */
export const send = <Answer>(call: Writing<Answer>, answer: Answer): Effect.Effect<void> =>
  Effect.suspend(() => (call.cancelled || call.write(answer) ? Effect.void : drained(call)))

const drained = (call: Writing<never>): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const leave = (): void => {
      call.off("drain", settle)
      call.off("cancelled", settle)
    }
    const settle = (): void => {
      leave()
      resume(Effect.void)
    }
    call.once("drain", settle)
    call.once("cancelled", settle)
    return Effect.sync(leave)
  })
