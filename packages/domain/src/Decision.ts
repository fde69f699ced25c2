/**
 * What `decide` returns: facts to append with the answer they earn, or a rejection. Accepting without facts is a decision too:
 * the command was carried out before, and the answer is that of the event that stands.
 */
import type { Rejection } from "./Rejection.ts"

export type Decision<Event, Answer> =
  | { readonly _tag: "Accepted"; readonly events: ReadonlyArray<Event>; readonly answer: Answer }
  | { readonly _tag: "Rejected"; readonly rejection: Rejection }

export const accept = <Event, Answer>(
  events: ReadonlyArray<Event>,
  answer: Answer,
): Decision<Event, Answer> => ({ _tag: "Accepted", events, answer })

export const reject = (rejection: Rejection): Decision<never, never> => ({
  _tag: "Rejected",
  rejection,
})
