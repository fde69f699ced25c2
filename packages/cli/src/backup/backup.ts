/**
 * A backup: the log and the keys, each in a directory of its own, taken while the server serves.
 *
 * Always true: the keys are copied after the log, so each event in the copy has its key in the copy, unless its owner was erased in
 * between. What is reported as done is on the disk and has been read back.
 */
import { randomUUID } from "node:crypto"
import { chmodSync, closeSync, constants, copyFileSync, existsSync, fsyncSync, openSync } from "node:fs"
import { join, resolve, sep } from "node:path"
import { copyDatabase } from "@parley/runtime/copyDatabase"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { backupLog } from "@parley/runtime/eventStore/sqlite/backupLog"
import { destroyedIn } from "@parley/runtime/keyVault/VaultReader"
import { applicationIds, sqliteHeader } from "@parley/runtime/sqliteHeader"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { CommandFailed, said } from "../CommandFailed.ts"
import { count, print, printJson, size } from "../output.ts"
import { onFiles, type Settings, settings } from "../settings.ts"
import { checksum } from "./checksum.ts"
import { emptyDirectory } from "./EmptyDirectory.ts"
import { lacking, masterKeyFits, ownersAfter } from "./keysOfLog.ts"
import { formatVersion, writeManifest } from "./manifest.ts"

export interface BackupOptions {
  readonly target: string
  readonly keys: string
  readonly dataDir: Option.Option<string>
  readonly json: boolean
}

/** Secrets of the server's own, kept so that people stay signed in over a restore. */
const secrets = ["access.secret", "stream.secret", "vapid.secret"]
/** Of the newest events, whose keys must be in the copy. A restore looks at all of them. */
const looked = 5_000

const attempt = <A>(what: string, make: () => A): Effect.Effect<A, CommandFailed> =>
  Effect.try({ try: make, catch: (cause) => new CommandFailed({ reason: `${what}: ${said(cause)}` }) })

const contains = (outer: string, inner: string): boolean =>
  resolve(inner) === resolve(outer) || resolve(inner).startsWith(resolve(outer) + sep)

const checkPlaces = ({ target, keys }: BackupOptions, { dataDir }: Settings) => {
  const fail = (reason: string) => Effect.fail(new CommandFailed({ reason }))
  if (contains(target, keys) || contains(keys, target))
    return fail("the keys must not lie with the log: choose two places for the target and --keys.")
  return contains(dataDir, target) || contains(dataDir, keys)
    ? fail("a backup inside the data directory is lost with it: choose another place.")
    : Effect.void
}

const checkSources = ({ dataDir, log, keys }: Settings) => {
  if (sqliteHeader(log)?.applicationId !== applicationIds.log)
    return Effect.fail(
      new CommandFailed({
        reason: `there is no log of Parley in ${dataDir}.`,
        remedy: "Name the data directory with --data-dir or PARLEY_DATA_DIR.",
      }),
    )
  return existsSync(keys)
    ? Effect.void
    : Effect.fail(
        new CommandFailed({
          reason: `there is no ${keys}: the log without its keys is no backup.`,
          remedy: "Look at parley doctor.",
        }),
      )
}

const copyFile = (from: string, to: string): void => {
  copyFileSync(from, to, constants.COPYFILE_EXCL)
  chmodSync(to, 0o600)
  const handle = openSync(to, "r+")
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const endOf = (log: string) =>
  attempt(`the copy ${log} cannot be read`, () => {
    const reader = openLogReader(log)
    try {
      return { epoch: reader.epoch(), position: reader.headPosition() }
    } finally {
      reader.close()
    }
  })

const copyKeys = Effect.fnUntraced(function* (known: Settings, to: string) {
  const vault = join(to, "keys.db")
  yield* attempt("the keys cannot be copied", () => copyDatabase(known.keys, vault))
  const beside = [
    ...(known.ownMasterKey ? [known.masterKey] : []),
    ...secrets.map((name) => join(known.dataDir, name)).filter((file) => existsSync(file)),
  ]
  const names = ["keys.db"]
  for (const file of beside) {
    const name = file === known.masterKey ? "master.key" : file.slice(known.dataDir.length + 1)
    yield* attempt(`${file} cannot be copied`, () => copyFile(file, join(to, name)))
    names.push(name)
  }
  yield* masterKeyFits(vault, known.masterKey)
  return { names, erased: destroyedIn(vault).length }
})

const copy = Effect.fnUntraced(function* (options: BackupOptions, known: Settings) {
  const remedy = "A backup never writes over anything: name a new directory, or empty this one."
  const target = yield* emptyDirectory(options.target, remedy)
  const keysTarget = yield* emptyDirectory(options.keys, remedy)
  const log = join(target, "events.db")
  yield* Effect.mapError(
    backupLog(known.log, log),
    ({ reason }) => new CommandFailed({ reason: `${reason}.` }),
  )
  const { names, erased } = yield* copyKeys(known, keysTarget)
  const { epoch, position } = yield* endOf(log)
  const owners = yield* ownersAfter(log, position - looked)
  const missing = yield* lacking(join(keysTarget, "keys.db"), owners)
  if (missing.length > 0)
    return yield* new CommandFailed({
      reason: `the vault ${known.keys} lacks the keys of ${missing.length} people who wrote in the log, as ${missing[0]}.`,
      remedy: "Such a backup could not be read. Look at parley doctor.",
    })
  const shared = {
    version: formatVersion,
    backup: randomUUID(),
    made_at: new Date().toISOString(),
    epoch,
  }
  const keyFiles = yield* Effect.forEach(names, (name) => checksum(join(keysTarget, name)))
  const logFile = yield* checksum(log)
  yield* attempt("the manifest cannot be written", () => {
    const master_key = known.ownMasterKey ? "included" : "apart"
    writeManifest(keysTarget, { format: "parley-keys", ...shared, files: keyFiles, master_key, erased })
    writeManifest(target, { format: "parley-backup", ...shared, position, files: [logFile] })
  })
  return { ...shared, position, bytes: logFile.bytes, target, keys: keysTarget, erased }
})

export const backup = Effect.fnUntraced(function* (options: BackupOptions) {
  const known = yield* settings(options.dataDir)
  yield* onFiles(
    known,
    "parley backup copies the files of one process",
    "Use the engines' own tools: Postgres after the event store. docs/operations.md, “Backup with engines”.",
  )
  yield* checkPlaces(options, known)
  yield* checkSources(known)
  const done = yield* Effect.scoped(copy(options, known))
  if (options.json) return printJson(done)
  print(
    `The log up to position ${done.position} of epoch ${done.epoch} (${size(done.bytes)}): ${done.target}`,
  )
  print(`The keys, ${count(done.erased, "person", "people")} erased: ${done.keys}`)
  if (!known.ownMasterKey) print(`Not the master key: you keep ${known.masterKey} yourself.`)
})
