/**
 * Everyone who was erased is erased again, before a restored vault is used.
 *
 * Always true: of them the vault holds no key afterwards, and remembers that they were erased.
 */
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { UserId } from "@parley/domain/ids"
import { destroyedIn } from "@parley/runtime/keyVault/VaultReader"
import { applicationIds, sqliteHeader } from "@parley/runtime/sqliteHeader"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CommandFailed, said } from "../CommandFailed.ts"

interface Erased {
  readonly owner: string
  /** Milliseconds. */
  readonly at: number
}

const isUserId = Schema.is(UserId)

const listIn = (path: string): ReadonlyArray<Erased> => {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, "keys.db") : path
  if (sqliteHeader(file)?.applicationId === applicationIds.vault) return destroyedIn(file)
  const at = Date.now()
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((owner) => {
      if (isUserId(owner)) return { owner, at }
      throw new Error("a line of it is no user id")
    })
}

/** Everyone whom these name: vaults, directories with one, or text files with an id a line. */
export const erasedIn = (paths: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Erased>, CommandFailed> =>
  Effect.map(
    Effect.forEach(paths, (path) =>
      Effect.try({
        try: () => listIn(path),
        catch: (cause) =>
          new CommandFailed({ reason: `${path} holds no list of erased people: ${said(cause)}.` }),
      }),
    ),
    (lists) => lists.flat(),
  )

/** @returns how many keys it destroyed that the vault still held. The vault must be nobody else's. */
export const erase = (vault: string, people: ReadonlyArray<Erased>): Effect.Effect<number, CommandFailed> =>
  Effect.try({
    try: () => {
      const database = new DatabaseSync(vault)
      try {
        // Overwritten in the file, and no copy in a journal beside it.
        database.exec("PRAGMA secure_delete = ON; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL")
        database.exec("BEGIN IMMEDIATE")
        const remove = database.prepare("DELETE FROM keys WHERE owner = ?")
        const remember = database.prepare("INSERT OR IGNORE INTO destroyed (owner, at) VALUES (?, ?)")
        let destroyed = 0
        for (const { owner, at } of people) {
          destroyed += Number(remove.run(owner).changes)
          remember.run(owner, at)
        }
        database.exec("COMMIT")
        return destroyed
      } finally {
        database.close()
      }
    },
    catch: (cause) =>
      new CommandFailed({ reason: `the erased people cannot be erased again: ${said(cause)}` }),
  })
