/** The log, the keys, and whether they belong together. Reads only. */
import { existsSync, statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { epochOf } from "@parley/runtime/eventStore/sqlite/logFile"
import { applicationIds, sqliteHeader } from "@parley/runtime/sqliteHeader"
import * as Effect from "effect/Effect"
import { lacking, masterKeyFits, ownersAfter } from "../backup/keysOfLog.ts"
import { type CommandFailed, said } from "../CommandFailed.ts"
import { count, size } from "../output.ts"
import type { Settings } from "../settings.ts"
import { fail, type Finding, ok } from "./Finding.ts"
import { quickCheck } from "./quickCheck.ts"

/** Of the newest events: everybody who wrote them must have a key. */
const looked = 5_000
const restoreIt = "Restore from a backup (parley restore)."

export interface LogSeen {
  readonly finding: Finding
  /** The last event's place and time; absent when there is no log that can be read. */
  readonly last?: { readonly position: number; readonly created: number }
}

const readLast = (log: string) => {
  const database = new DatabaseSync(log, { readOnly: true })
  try {
    const row = database.prepare("SELECT position, created FROM events ORDER BY position DESC LIMIT 1").get()
    return {
      epoch: epochOf(database),
      last: row as { readonly position: number; readonly created: number } | undefined,
    }
  } finally {
    database.close()
  }
}

/** @param others data of Parley's that lies there without a log. */
const withoutLog = (log: string, others: boolean): LogSeen => ({
  finding: others
    ? fail("log", `There is no ${log}, but its keys are there.`, restoreIt)
    : ok("log", "There is none yet: the first start makes it."),
})

export const examineLog = ({ log, keys }: Settings): Effect.Effect<LogSeen> =>
  Effect.gen(function* () {
    if (!existsSync(log)) return withoutLog(log, existsSync(keys))
    if (sqliteHeader(log)?.applicationId !== applicationIds.log)
      return { finding: fail("log", `${log} is no log of Parley's.`, restoreIt) }
    const damage = yield* quickCheck(log)
    if (damage !== undefined) return { finding: fail("log", `${log} is damaged: ${damage}.`, restoreIt) }
    const { epoch, last } = readLast(log)
    if (epoch === undefined || last === undefined)
      return { finding: fail("log", `${log} does not name its epoch.`, restoreIt) }
    const detail = `${size(statSync(log).size)}, sound, up to position ${last.position} of epoch ${epoch}`
    return { finding: ok("log", detail), last }
  }).pipe(
    Effect.catchDefect((cause) =>
      Effect.succeed({ finding: fail("log", `${log} cannot be read: ${said(cause)}.`, restoreIt) }),
    ),
  )

const belonging = ({ log, keys }: Settings, position: number) =>
  Effect.gen(function* () {
    const owners = yield* ownersAfter(log, position - looked)
    const missing = yield* lacking(keys, owners)
    return missing.length === 0
      ? ok("keys", `sound; all ${count(owners.size, "person", "people")} in the newest events are known`)
      : fail(
          "keys",
          `${keys} lacks the keys of ${missing.length} of ${owners.size} people who wrote the newest events, as ${missing[0]}: it is not, or no longer, this log's.`,
          "Put back the vault that belongs to this log. Do not start before: new keys would be made beside the lost ones.",
        )
  })

/** @param position of the log's last event; `undefined`: there is no log. */
export const examineKeys = (known: Settings, position: number | undefined): Effect.Effect<Finding> =>
  Effect.gen(function* () {
    const { keys, log } = known
    if (!existsSync(keys)) {
      if (position === undefined || position <= 0)
        return ok("keys", "There are none yet: the first start makes the vault.")
      return fail(
        "keys",
        `There is no ${keys}, but ${log} holds events: without their keys nobody can read them.`,
        "Put the vault back, from the latest copy of the keys. The server does not start without it.",
      )
    }
    if (sqliteHeader(keys)?.applicationId !== applicationIds.vault)
      return fail("keys", `${keys} is no key vault of Parley's.`, restoreIt)
    const damage = yield* quickCheck(keys)
    if (damage !== undefined) return fail("keys", `${keys} is damaged: ${damage}.`, restoreIt)
    return position === undefined ? ok("keys", "sound") : yield* belonging(known, position)
  }).pipe(
    Effect.catch((failure: CommandFailed) => Effect.succeed(fail("keys", failure.reason, restoreIt))),
    Effect.catchDefect((cause) =>
      Effect.succeed(fail("keys", `${known.keys} cannot be read: ${said(cause)}.`, restoreIt)),
    ),
  )

export const examineMasterKey = ({ keys, masterKey, ownMasterKey }: Settings): Effect.Effect<Finding> => {
  const name = "master key"
  if (!existsSync(masterKey)) {
    if (!existsSync(keys) && ownMasterKey)
      return Effect.succeed(ok(name, "There is none yet: the first start makes it."))
    return Effect.succeed(
      fail(
        name,
        `There is no ${masterKey}.`,
        "Put it back, from where you keep it: without it no message opens.",
      ),
    )
  }
  if ((statSync(masterKey).mode & 0o077) !== 0)
    return Effect.succeed(
      fail(name, `Other users of this machine may read ${masterKey}.`, `chmod 600 ${masterKey}`),
    )
  if (!existsSync(keys)) return Effect.succeed(ok(name, masterKey))
  return masterKeyFits(keys, masterKey).pipe(
    Effect.as(ok(name, `${masterKey} opens the vault`)),
    Effect.catch(({ reason }) =>
      Effect.succeed(fail(name, reason, "Put back the master key of this vault.")),
    ),
  )
}
