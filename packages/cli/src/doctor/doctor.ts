/**
 * Examines an installation from the machine up.
 *
 * Always true: every check is made whatever the others found, and none changes anything.
 */
import { BadConfiguration, readConfig } from "@parley/gateway/Config"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { CommandFailed } from "../CommandFailed.ts"
import { count, print, printJson } from "../output.ts"
import { type Settings, settings } from "../settings.ts"
import { examineDirectory, examineFsync, examineSpace } from "./disk.ts"
import { fail, type Finding, ok } from "./Finding.ts"
import { examineClock, examineNode, examineOpenFiles } from "./machine.ts"
import { examineServer } from "./server.ts"
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

/** As far as it can be read: a bad value elsewhere does not keep the data from being examined. */
const readable = (dataDir: Option.Option<string>): Effect.Effect<Settings, CommandFailed> =>
  settings(dataDir).pipe(
    Effect.catch(() => {
      const { PARLEY_DATA_DIR, PARLEY_MASTER_KEY_FILE } = process.env
      return settings(dataDir, { PARLEY_DATA_DIR, PARLEY_MASTER_KEY_FILE })
    }),
  )

const examine = Effect.fnUntraced(function* (dataDir: Option.Option<string>) {
  const known = yield* readable(dataDir)
  const log = yield* examineLog(known)
  return [
    examineNode(),
    ...examineConfiguration(),
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
