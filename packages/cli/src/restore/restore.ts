/**
 * A data directory made from a backup.
 *
 * Always true: until the last moment a mark stands in the directory that keeps a server from using it. The log begins a new epoch, and
 * those who were erased are erased, before the mark goes.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
} from "node:fs"
import { join } from "node:path"
import { layer as dataDirectory, lockName, unfinishedRestoreName } from "@parley/runtime/DataDirectory"
import { openNewEpoch } from "@parley/runtime/eventStore/openNewEpoch"
import { destroyedIn } from "@parley/runtime/keyVault/VaultReader"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { masterKeyFits } from "../backup/keysOfLog.ts"
import { CommandFailed, said } from "../CommandFailed.ts"
import { count, note, print, printJson } from "../output.ts"
import { onFiles, type Settings, settings } from "../settings.ts"
import { erase, erasedIn } from "./erase.ts"
import { verify } from "./verify.ts"

export interface RestoreOptions {
  readonly backup: string
  readonly keys: string
  readonly erased: ReadonlyArray<string>
  readonly dataDir: Option.Option<string>
  readonly json: boolean
}

const attempt = <A>(what: string, make: () => A): Effect.Effect<A, CommandFailed> =>
  Effect.try({ try: make, catch: (cause) => new CommandFailed({ reason: `${what}: ${said(cause)}` }) })

const syncPath = (path: string): void => {
  const handle = openSync(path, "r")
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const copyFile = (from: string, to: string): void => {
  copyFileSync(from, to, constants.COPYFILE_EXCL)
  chmodSync(to, 0o600)
  syncPath(to)
}

const contentsOf = (directory: string): ReadonlyArray<string> =>
  existsSync(directory) ? readdirSync(directory).filter((name) => !name.startsWith(lockName)) : []

/** Ours alone until the scope ends; what a failed restore put there is taken away. */
const takeDirectory = (directory: string): Effect.Effect<void, CommandFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const wasThere = existsSync(join(directory, lockName))
    if (wasThere || contentsOf(directory).length === 0)
      yield* Layer.build(dataDirectory(directory)).pipe(
        Effect.mapError((failure) =>
          failure._tag === "StoreRefused" && failure.reason === "in_use"
            ? new CommandFailed({
                reason: `a server runs on ${directory}.`,
                remedy: "Stop it, move its data directory away, and restore into an empty one.",
              })
            : new CommandFailed({
                reason: failure._tag === "StoreRefused" ? `${failure.detail}.` : failure.reason,
              }),
        ),
      )
    const [found] = contentsOf(directory)
    if (found !== undefined)
      return yield* new CommandFailed({
        reason: `${directory} is not empty: it holds ${found}.`,
        remedy: "A restore never writes over anything. Move the directory away first.",
      })
    yield* Effect.acquireRelease(
      attempt(`${directory} cannot be written`, () => {
        closeSync(openSync(join(directory, unfinishedRestoreName), "wx", 0o600))
        syncPath(directory)
      }),
      (_, exit) =>
        Effect.sync(() => {
          if (Exit.isSuccess(exit)) return
          const made = contentsOf(directory).filter((name) => name !== unfinishedRestoreName)
          for (const name of [...made, unfinishedRestoreName]) rmSync(join(directory, name), { force: true })
        }),
    )
  })

const fill = Effect.fnUntraced(function* (options: RestoreOptions, known: Settings) {
  yield* takeDirectory(known.dataDir)
  const erasedSince = yield* erasedIn(options.erased)
  const { log, vault } = yield* verify(options.backup, options.keys)
  for (const { name } of vault.files)
    // A master key that the operator keeps himself is not put beside the vault.
    if (name !== "master.key" || known.ownMasterKey)
      yield* attempt(`${name} cannot be copied`, () =>
        copyFile(join(options.keys, name), join(known.dataDir, name)),
      )
  const people = [...destroyedIn(known.keys), ...erasedSince]
  const erased = yield* erase(known.keys, people)
  yield* masterKeyFits(known.keys, known.masterKey)
  yield* attempt("the log cannot be copied", () => copyFile(join(options.backup, "events.db"), known.log))
  const epoch = yield* Effect.mapError(
    openNewEpoch(known.log),
    (failure) =>
      new CommandFailed({
        reason: failure._tag === "StoreRefused" ? `${known.log}: ${failure.detail}.` : failure.reason,
      }),
  )
  yield* attempt("the restore cannot be finished", () => {
    rmSync(join(known.dataDir, unfinishedRestoreName))
    syncPath(known.dataDir)
  })
  return {
    data_dir: known.dataDir,
    backup: log.backup,
    made_at: log.made_at,
    position: log.position,
    previous_epoch: log.epoch,
    epoch,
    keys_destroyed: erased,
    erased: new Set(people.map((one) => one.owner)).size,
    keys_of_same_backup: vault.backup === log.backup,
  }
})

export const restore = Effect.fnUntraced(function* (options: RestoreOptions) {
  const known = yield* settings(options.dataDir)
  yield* onFiles(
    known,
    "parley restore fills the directory of one process",
    "Use the engines' own tools, and begin a new epoch. docs/operations.md, “Restore with engines”.",
  )
  const done = yield* Effect.scoped(fill(options, known))
  if (options.json) return printJson(done)
  print(`${done.data_dir} holds the log of ${done.made_at}, up to position ${done.position}.`)
  print(`A new epoch, ${done.epoch}, follows ${done.previous_epoch}: clients start afresh by themselves.`)
  print(
    `${count(done.erased, "person is", "people are")} erased; ${count(done.keys_destroyed, "key")} destroyed just now.`,
  )
  if (options.erased.length === 0)
    note(
      "Was anybody erased after this backup? Then restore again with --erased and the newest list, before you start.",
    )
  print("Start the server now: it builds its read models anew.")
})
