/** How a connection says no: the frame that was refused, and why. */
import type { FieldError } from "@parley/domain/wire/problem"
import type { Span } from "@parley/runtime/telemetry/Spans"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { type LimiterName, limiters } from "../limits/limiters.ts"
import { type Refused, problemOf, refuse, unavailable } from "../problems.ts"
import type { AnswerTo } from "./controlFrames.ts"
import type { Session } from "./Session.ts"

export const refuseWith = (
  session: Session,
  to: AnswerTo,
  refused: Refused,
  requestId = session.requestId(),
): void => session.refuse(to, problemOf(refused, { requestId }).body)

export const badRequest = (...errors: ReadonlyArray<FieldError>): Refused =>
  refuse("bad_request", undefined, { errors })

/** Too much at a time: said, counted, and in the end the connection of who does not listen is closed 4013. */
export const refuseOverRate = (
  session: Session,
  to: AnswerTo,
  { policy, retryAfterMs }: { readonly policy?: LimiterName; readonly retryAfterMs: number },
): void => {
  const detail = policy === undefined ? undefined : limiters[policy].detail
  refuseWith(session, to, refuse("rate_limited", detail, { retryAfterMs }))
  session.overRate()
}

/** What failed may work later; a defect is ours, and logged. */
export const refuseFailure = (
  session: Session,
  to: AnswerTo,
  cause: Cause.Cause<unknown>,
  requestId?: string,
  span?: Span,
): void => {
  const failed = Cause.hasFails(cause) || Cause.hasInterruptsOnly(cause)
  const line = Effect.logError("A request failed", cause)
  if (!failed) session.context.fork(span === undefined ? line : span.around(line))
  refuseWith(session, to, failed ? unavailable() : refuse("internal"), requestId)
}
