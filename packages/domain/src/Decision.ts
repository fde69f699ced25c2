/**
 * What `decide` returns: facts to append with the answer they earn, or a rejection. Accepting without facts is a decision too:
 * the command was carried out before, and the answer is that of the event that stands.
 */
import type { Rejection } from "./Rejection.ts"

export interface Accepted<Event, Answer> {
  readonly _tag: "Accepted"
  readonly events: ReadonlyArray<Event>
  readonly answer: Answer
}

export interface Rejected {
  readonly _tag: "Rejected"
  readonly rejection: Rejection
}

export type Decision<Event, Answer> = Accepted<Event, Answer> | Rejected

export const accept = <Event, Answer>(
  events: ReadonlyArray<Event>,
  answer: Answer,
): Accepted<Event, Answer> => ({ _tag: "Accepted", events, answer })

export const reject = (rejection: Rejection): Rejected => ({ _tag: "Rejected", rejection })
