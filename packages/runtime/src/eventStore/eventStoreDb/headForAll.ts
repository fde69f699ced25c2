/**
 * Where the log ends, asked once for many: followers that are woken together, connections that come back together.
 *
 * Always true: one look is at work at a time, and who asks meanwhile gets the next one's answer. So no answer is older than its question.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import type { StoreUnavailable } from "../../errors.ts"
import type { Position } from "../../EventStore.ts"
import { oneAtATime } from "../../oneAtATime.ts"

interface HeadWanted extends Request.Request<Position, StoreUnavailable> {
  readonly _tag: "HeadWanted"
}
const HeadWanted = Request.tagged<HeadWanted>("HeadWanted")

export const headForAll = (
  look: Effect.Effect<Position, StoreUnavailable>,
): Effect.Effect<Position, StoreUnavailable> => {
  const looks = RequestResolver.make<HeadWanted>((asked) =>
    Effect.map(look, (position) => asked.forEach((one) => one.completeUnsafe(Exit.succeed(position)))),
  ).pipe(oneAtATime)
  return Effect.suspend(() => Effect.request(HeadWanted(), looks))
}
