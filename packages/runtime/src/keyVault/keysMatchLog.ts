/**
 * Before a server starts: do the keys at hand belong to the log at hand.
 *
 * Always true: a vault that vanished, or was put in the place of another, is found before a new one is made, with which nothing
 * that stands in the log could be read ever again. Both files are read only; one that is not sound is left to its own check.
 */
import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { VaultUnavailable } from "../errors.ts"
import { sealedOwners } from "../eventStore/sealedOwners.ts"
import { applicationIds, sqliteHeader } from "../sqliteHeader.ts"
import { unknownOwners } from "./VaultReader.ts"

/** How many of the newest events are asked for their owners. */
const looked = 1_000

const newest = (log: string): ReadonlyArray<string> => {
  const database = new DatabaseSync(log, { readOnly: true })
  try {
    return database
      .prepare("SELECT data FROM events ORDER BY position DESC LIMIT ?")
      .all(looked)
      .map((row) => row["data"] as string)
  } finally {
    database.close()
  }
}

/** Why these keys cannot be the log's; `undefined` when nothing speaks against them. */
const objection = (log: string, vault: string): string | undefined => {
  if (sqliteHeader(log)?.applicationId !== applicationIds.log) return undefined
  const events = newest(log)
  const remedy =
    "Put back the vault that belongs to this log (parley restore, or the copy of keys.db). Nothing was changed."
  // The first event of every log says that it was opened.
  if (!existsSync(vault))
    return events.length > 1
      ? `${log} holds events, but their keys are gone: there is no ${vault}. ${remedy}`
      : undefined
  const owners = sealedOwners(events)
  if (owners.size === 0) return undefined
  const header = sqliteHeader(vault)
  if (header !== undefined && header.applicationId !== applicationIds.vault) return undefined
  const unknown = header === undefined ? [...owners] : unknownOwners(vault, owners)
  return unknown.length === owners.size
    ? `${vault} holds none of the keys that the newest events of ${log} were sealed with. ${remedy}`
    : undefined
}

export const keysMatchLog = (log: string, vault: string): Effect.Effect<void, VaultUnavailable> =>
  Effect.suspend(() => {
    let reason: string | undefined
    try {
      reason = objection(log, vault)
    } catch {
      // A damaged or locked file: who opens it says so.
      return Effect.void
    }
    return reason === undefined ? Effect.void : Effect.fail(new VaultUnavailable({ reason }))
  })
