/**
 * The directory that holds everything one node keeps, and the lock that makes it this process's alone.
 *
 * Always true: while a process holds the directory, no other one opens it; the kernel frees the lock when the process ends, however
 * it ends. Nothing else may open `parley.lock`: a process loses its locks on a file when it closes any handle of that file.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs"
import { join, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { StoreRefused, StoreUnavailable } from "./errors.ts"
import { isBusy, reasonOf } from "./eventStore/sqlite/sqliteFailure.ts"

export class DataDirectory extends Context.Service<
  DataDirectory,
  {
    /** Absolute. */
    readonly root: string
    /** The absolute path of a file in it. */
    readonly path: (name: string) => string
  }
>()("@parley/runtime/DataDirectory") {}

export const lockName = "parley.lock"

/** Stands in the directory from the first to the last moment of a restore. While it is there, the directory is not used. */
export const unfinishedRestoreName = "restore.unfinished"

/** An empty SQLite file under an exclusive transaction that never ends. Returns how to end it. */
const lock = (root: string): DatabaseSync => {
  const file = join(root, lockName)
  closeSync(openSync(file, "a", 0o600))
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec("BEGIN EXCLUSIVE")
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

const makeDirectory = (root: string): void => {
  // Returns the first directory made: only what is ours is closed to others.
  if (mkdirSync(root, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(root, 0o700)
}

/** Makes the directory (mode 0700) when absent. `StoreRefused` "in_use": another process, or another scope of this one, holds it. */
export const layer = (directory: string): Layer.Layer<DataDirectory, StoreRefused | StoreUnavailable> =>
  Layer.effect(
    DataDirectory,
    Effect.gen(function* () {
      const root = resolve(directory)
      yield* Effect.acquireRelease(
        Effect.try({
          try: () => {
            makeDirectory(root)
            return lock(root)
          },
          catch: (cause) =>
            isBusy(cause)
              ? new StoreRefused({
                  path: root,
                  reason: "in_use",
                  detail: `another process uses the data directory ${root}`,
                })
              : new StoreUnavailable({ reason: `the data directory ${root}: ${reasonOf(cause)}` }),
        }),
        (held) => Effect.sync(() => held.close()),
      )
      if (existsSync(join(root, unfinishedRestoreName)))
        return yield* new StoreRefused({
          path: root,
          reason: "corrupt",
          detail: "a restore was cut off here: empty the directory and restore again",
        })
      return { root, path: (name: string) => join(root, name) }
    }),
  )
