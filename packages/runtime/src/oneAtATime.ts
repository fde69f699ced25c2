/**
 * A resolver that works at one batch at a time: who asks while one is at work is in the next, whose work begins after his question.
 *
 * Not for: bounding the batch. One that is full begins at once, beside the one at work (`RequestResolver.batchN`).
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"

export const oneAtATime = <A extends Request.Any>(
  resolver: RequestResolver.RequestResolver<A>,
): RequestResolver.RequestResolver<A> => {
  const idle = Latch.makeUnsafe(true)
  return resolver.pipe(
    RequestResolver.around(
      () => Effect.sync(() => idle.closeUnsafe()),
      () => Effect.sync(() => idle.openUnsafe()),
    ),
    RequestResolver.setDelayEffect(Effect.andThen(Effect.yieldNow, idle.await)),
  )
}
