/**
 * Gives a log that nobody serves a new epoch: what a restore from a backup does before the log is used again.
 *
 * Always true: the new epoch is durable when it is returned. The file is checked as at every open, and refused unchanged.
 */
import * as Effect from "effect/Effect"
import { StoreRefused, StoreUnavailable } from "../errors.ts"
import { openEpoch, openLogFile, RefusedFile } from "./sqlite/logFile.ts"
import { reasonOf } from "./sqlite/sqliteFailure.ts"

export const openNewEpoch = (file: string): Effect.Effect<string, StoreRefused | StoreUnavailable> =>
  Effect.try({
    try: () => {
      const database = openLogFile({ file, synchronous: "FULL" })
      try {
        return openEpoch(database)
      } finally {
        database.close()
      }
    },
    catch: (cause) =>
      cause instanceof RefusedFile
        ? new StoreRefused({ path: file, ...cause.refusal })
        : new StoreUnavailable({ reason: `${file}: ${reasonOf(cause)}` }),
  })
