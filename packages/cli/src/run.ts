/**
 * Runs one command and ends the process with its exit code.
 *
 * Always true: what was to be expected ends with one line on stderr and no stack; Ctrl-C undoes what is half done first.
 */
import * as Cause from "effect/Cause"
import { isCliError } from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { CommandFailed } from "./CommandFailed.ts"
import { exitCodes } from "./exitCodes.ts"
import { note } from "./output.ts"
import { parley } from "./parley.ts"

const report = (failed: CommandFailed, json: boolean): number => {
  const { reason, remedy, exitCode } = failed
  if (json) note(JSON.stringify({ error: reason, ...(remedy === undefined ? {} : { remedy }) }))
  else note(`parley: ${reason}${remedy === undefined ? "" : `\n${remedy}`}`)
  return exitCode ?? exitCodes.failed
}

const codeOf = (exit: Exit.Exit<void, unknown>, json: boolean): number => {
  if (exit._tag === "Success") return exitCodes.done
  if (Cause.hasInterruptsOnly(exit.cause)) return exitCodes.interrupted
  const failure = exit.cause.reasons.find(Cause.isFailReason)?.error
  if (failure instanceof CommandFailed) return report(failure, json)
  // What was wrong is on stderr already; a bare `parley` has got its help.
  if (isCliError(failure))
    return failure._tag === "ShowHelp" && failure.errors.length === 0 ? exitCodes.done : exitCodes.usage
  note(`parley broke: ${Cause.pretty(exit.cause)}`)
  return exitCodes.failed
}

/** `parley help tail` is `parley tail --help`. */
const helpAsFlag = (args: ReadonlyArray<string>): ReadonlyArray<string> =>
  args[0] === "help" ? [...args.slice(1), "--help"] : args

export const run = (given: ReadonlyArray<string>): void => {
  const args = helpAsFlag(given)
  const fiber = Effect.runFork(parley(args))
  let asked = 0
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      asked += 1
      if (asked > 1) process.exit(exitCodes.interrupted)
      Effect.runFork(Fiber.interrupt(fiber))
    })
  fiber.addObserver((exit) => process.exit(codeOf(exit, args.includes("--json"))))
}
