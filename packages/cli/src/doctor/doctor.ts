/**
 * Examines an installation from the machine up.
 *
 * Always true: every check is made whatever the others found, and none changes anything.
 */
import { BadConfiguration, readConfig } from "@parley/gateway/Config"
import type { Engines } from "@parley/gateway/engineSettings"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { CommandFailed } from "../CommandFailed.ts"
import { count, print, printJson } from "../output.ts"
import { namesEngines, type Settings, settings } from "../settings.ts"
import { examineDirectory, examineFsync, examineSpace } from "./disk.ts"
import { fail, type Finding, ok } from "./Finding.ts"
import { examineClock, examineNode, examineOpenFiles } from "./machine.ts"
import { examineNodeProcess, examineServer } from "./server.ts"
import { examineKeys, examineLog, examineMasterKey } from "./store.ts"

export interface DoctorOptions {
  readonly dataDir: Option.Option<string>
  readonly json: boolean
}

const examineConfiguration = (): ReadonlyArray<Finding> => {
  try {
    readConfig(process.env)
    return [ok("configuration", "A server starts with it.")]
  } catch (cause) {
    if (!(cause instanceof BadConfiguration)) throw cause
    return cause.problems.map((problem) =>
      fail("configuration", problem, "See docs/configuration.md. This is the environment of this shell."),
    )
  }
}

/** What says where the data lies, and nothing else: for one who holds everything. */
const places = [
  "PARLEY_DATA_DIR",
  "PARLEY_MASTER_KEY_FILE",
  ...["PARLEY_EVENT_STORE", "PARLEY_DATABASE_URL", "PARLEY_REDIS_URL"].flatMap((key) => [key, `${key}_FILE`]),
]

/** As far as it can be read: a bad value elsewhere does not keep the data from being examined. */
const readable = (dataDir: Option.Option<string>): Effect.Effect<Settings, CommandFailed> => {
  const only = (keys: ReadonlyArray<string>) =>
    settings(dataDir, Object.fromEntries(keys.map((key) => [key, process.env[key]])))
  return settings(dataDir).pipe(
    Effect.catch(() => only(places)),
    Effect.catch(() => only(["PARLEY_DATA_DIR", "PARLEY_MASTER_KEY_FILE"])),
  )
}

/** Of one process among others. Nothing that counts lies on its disk. */
const onEngines = Effect.fnUntraced(function* ({ config, dataDir }: Settings, engines: Engines) {
  const { examineEngines } = yield* Effect.promise(() => import("./engines/engines.ts"))
  const servesClients = engines.role === "all" || engines.role === "gateway"
  return [
    ...(servesClients ? [examineDirectory(dataDir)] : []),
    ...(yield* examineEngines(config, engines)),
    ...examineOpenFiles(),
    ...(yield* examineNodeProcess(config, engines)),
  ]
})

const embedded = Effect.fnUntraced(function* (known: Settings) {
  const log = yield* examineLog(known)
  return [
    examineDirectory(known.dataDir),
    log.finding,
    yield* examineKeys(known, log.last?.position),
    yield* examineMasterKey(known),
    examineSpace(known.dataDir),
    examineFsync(known.dataDir),
    examineClock(log.last?.created),
    ...examineOpenFiles(),
    ...(yield* examineServer(known.config, known.dataDir)),
  ]
})

const nowhere = fail(
  "engines",
  "The configuration does not say where they are.",
  "Correct PARLEY_EVENT_STORE, PARLEY_DATABASE_URL and PARLEY_MASTER_KEY_FILE, and ask again.",
)

const examine = Effect.fnUntraced(function* (dataDir: Option.Option<string>) {
  const known = yield* readable(dataDir)
  const first = [examineNode(), ...examineConfiguration()]
  const { engines } = known.config
  if (engines !== undefined) return [...first, ...(yield* onEngines(known, engines))]
  // Files that happen to lie there are not this installation's.
  if (namesEngines(process.env)) return [...first, nowhere]
  return [...first, ...(yield* embedded(known))]
})

const width = 17

export const doctor = Effect.fnUntraced(function* ({ dataDir, json }: DoctorOptions) {
  const checks = yield* examine(dataDir)
  const failed = checks.filter((one) => one.status === "fail").length
  if (json) printJson({ ok: failed === 0, checks })
  else
    for (const { check, status, detail, remedy } of checks) {
      print(`${status.padEnd(4)}  ${check.padEnd(width)} ${detail}`)
      if (remedy !== undefined) print(`      ${"".padEnd(width)} → ${remedy}`)
    }
  if (failed > 0) return yield* new CommandFailed({ reason: `${count(failed, "check")} failed.` })
})
