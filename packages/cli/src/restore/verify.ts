/**
 * Is this a backup, whole and unchanged, and are these its keys.
 *
 * Always true: nothing is written; every file has been read to its end.
 */
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { applicationIds, sqliteHeader } from "@parley/runtime/sqliteHeader"
import * as Effect from "effect/Effect"
import { checksum } from "../backup/checksum.ts"
import { lacking, ownersAfter } from "../backup/keysOfLog.ts"
import { type CopiedFile, readKeysManifest, readLogManifest } from "../backup/manifest.ts"
import { CommandFailed } from "../CommandFailed.ts"

/** What a keys directory may hold; a manifest cannot make a restore write any other file. */
const keyFiles: ReadonlySet<string> = new Set([
  "keys.db",
  "master.key",
  "access.secret",
  "stream.secret",
  "vapid.secret",
])

const unchanged = (directory: string, files: ReadonlyArray<CopiedFile>) =>
  Effect.forEach(
    files,
    Effect.fnUntraced(function* ({ name, bytes, sha256 }) {
      const file = join(directory, name)
      const damaged = (what: string) =>
        new CommandFailed({ reason: `${file} ${what}.`, remedy: "Use another backup." })
      if (!existsSync(file)) return yield* damaged("is missing, and the manifest names it")
      if (statSync(file).size !== bytes) return yield* damaged("has another size than the manifest says")
      if ((yield* checksum(file)).sha256 !== sha256)
        return yield* damaged("has another checksum than the manifest says")
    }),
    { discard: true },
  )

const only = (files: ReadonlyArray<CopiedFile>, allowed: ReadonlySet<string>, needed: string) => {
  const names = files.map((one) => one.name)
  return names.every((name) => allowed.has(name)) && names.includes(needed)
    ? Effect.void
    : Effect.fail(
        new CommandFailed({
          reason: `the manifest names other files than a backup has: ${names.join(", ")}.`,
        }),
      )
}

export const verify = Effect.fnUntraced(function* (backup: string, keys: string) {
  const log = yield* readLogManifest(backup)
  const vault = yield* readKeysManifest(keys)
  yield* only(log.files, new Set(["events.db"]), "events.db")
  yield* only(vault.files, keyFiles, "keys.db")
  yield* unchanged(backup, log.files)
  yield* unchanged(keys, vault.files)
  const [logFile, vaultFile] = [join(backup, "events.db"), join(keys, "keys.db")]
  if (sqliteHeader(logFile)?.applicationId !== applicationIds.log)
    return yield* new CommandFailed({ reason: `${logFile} is no log of Parley's.` })
  if (sqliteHeader(vaultFile)?.applicationId !== applicationIds.vault)
    return yield* new CommandFailed({ reason: `${vaultFile} is no key vault of Parley's.` })
  const owners = yield* ownersAfter(logFile, -1)
  const missing = yield* lacking(vaultFile, owners)
  if (missing.length > 0)
    return yield* new CommandFailed({
      reason:
        missing.length === owners.size
          ? `the keys in ${keys} are of another log than ${backup}.`
          : `the keys in ${keys} are not all: ${missing.length} people who wrote in the log have none, as ${missing[0]}.`,
      remedy: "Use the keys of the same backup, or of a later one.",
    })
  return { log, vault }
})
