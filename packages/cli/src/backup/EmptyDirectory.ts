/**
 * A directory that a command fills: new, or found empty.
 *
 * Always true: when the command fails or is interrupted, what it put there is taken away again, and the directory too if it was new.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { CommandFailed, said } from "../CommandFailed.ts"

/** Why it cannot be filled; `undefined` when it can. */
export const notEmpty = (directory: string): string | undefined => {
  if (!existsSync(directory)) return undefined
  if (!statSync(directory).isDirectory()) return `${directory} is not a directory.`
  const [found] = readdirSync(directory)
  return found === undefined ? undefined : `${directory} is not empty: it holds ${found}.`
}

/** Its absolute path. Its mode becomes 0700 when it is new. */
export const emptyDirectory = (
  given: string,
  remedy: string,
): Effect.Effect<string, CommandFailed, Scope.Scope> => {
  const directory = resolve(given)
  return Effect.acquireRelease(
    Effect.try({
      try: () => {
        const reason = notEmpty(directory)
        if (reason !== undefined) throw new CommandFailed({ reason, remedy })
        const first = mkdirSync(directory, { recursive: true, mode: 0o700 })
        if (first !== undefined) chmodSync(directory, 0o700)
        return { directory, first }
      },
      catch: (cause) =>
        cause instanceof CommandFailed
          ? cause
          : new CommandFailed({ reason: `${directory} cannot be made: ${said(cause)}` }),
    }),
    ({ first }, exit) =>
      Effect.sync(() => {
        if (Exit.isSuccess(exit)) return
        if (first !== undefined) rmSync(first, { recursive: true, force: true })
        else for (const name of readdirSync(directory)) rmSync(join(directory, name), { force: true })
      }),
  ).pipe(Effect.map((made) => made.directory))
}
