/** Requests on their way through a command loop. */
import type { Unavailable } from "../errors.ts"
import type { Span } from "../telemetry/Spans.ts"
import type { Prepared } from "./Aggregate.ts"
import type { Batch, Outcome } from "./decideBatch.ts"

/** Called once. */
export type Answered<Answer> = (outcome: Outcome<Answer> | Unavailable) => void

export interface Waiting<Request, Command, Answer> {
  readonly request: Request
  prepared: Prepared<Command> | undefined
  readonly answered: Answered<Answer>
  /** From joining the queue to the answer, where it is traced. */
  readonly span: Span | undefined
}

/** The oldest of those that wait, and the batch that they have become. */
export interface Decided<State, Event, Request, Command, Answer> {
  readonly taken: ReadonlyArray<Waiting<Request, Command, Answer>>
  readonly batch: Batch<State, Event, Request, Answer>
}
