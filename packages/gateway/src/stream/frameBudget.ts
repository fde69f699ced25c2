/**
 * The budget of one connection's frames, of whatever type (protocol, section 5: `frames_per_second`, `frames_burst`).
 *
 * Always true: a frame that is answered is refused with `rate_limited`; one that is not is dropped. Both count towards 4013.
 */
import { unanswered } from "@parley/domain/wire/clientFrames"
import { refuseOverRate } from "./answers.ts"
import type { Session } from "./Session.ts"

/** A frame with an envelope, whatever else is wrong with it. */
type Enveloped =
  | { readonly frame: { readonly id: string; readonly type: string } }
  | { readonly id: string; readonly type?: string }

/** True: it is over the budget, and has been dealt with. */
export const overBudget = (session: Session, frame: Enveloped): boolean => {
  const { limits, now } = session.context
  const retryAfterMs = session.conduct.takeFrame(limits, now())
  if (retryAfterMs === 0) return false
  session.context.counters.framesOverRate++
  const { id, type = "" } = "frame" in frame ? frame.frame : frame
  if (unanswered.has(type)) session.overRate()
  else refuseOverRate(session, { id }, { policy: "connection", retryAfterMs })
  return true
}
