/** A command cannot do what it was asked for: a reason that the operator can act on, and what to do about it. */
import * as Data from "effect/Data"

export class CommandFailed extends Data.TaggedError("CommandFailed")<{
  /** One sentence, without the command's name. Never a secret. */
  readonly reason: string
  readonly remedy?: string
  /** Default 1. */
  readonly exitCode?: number
}> {}

/** What the operating system or SQLite said. */
export const said = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
