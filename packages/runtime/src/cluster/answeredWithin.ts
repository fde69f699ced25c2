/**
 * How a call over the cluster ends for whoever asked.
 *
 * Always true: whatever happens to the runner on the way, it is `Unavailable`, outcome unknown, and the same may be asked again.
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { Unavailable } from "../errors.ts"

type Failure = { readonly _tag: string }

const unavailable = (failure: Failure): Unavailable =>
  failure instanceof Unavailable ? failure : new Unavailable({ reason: failure._tag })

/** An entity that is taken down answers what it was doing with an interruption: the caller's own is not seen here. */
const takenDown = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E | Unavailable> =>
  Effect.catchCause(call, (cause): Effect.Effect<never, E | Unavailable> =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.fail(new Unavailable({ reason: "its runner was taken down" }))
      : Effect.failCause(cause),
  )

/** A little longer than an entity waits for the store. */
export const patience = "35 seconds"

/** @param within after that no runner answers. */
export const answeredWithin =
  (within: Duration.Input) =>
  <A>(call: Effect.Effect<A, Failure>): Effect.Effect<A, Unavailable> =>
    takenDown(call).pipe(
      Effect.mapError(unavailable),
      Effect.timeoutOrElse({
        duration: within,
        orElse: () => Effect.fail(new Unavailable({ reason: "no runner answers" })),
      }),
    )
