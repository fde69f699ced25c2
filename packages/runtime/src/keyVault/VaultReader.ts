/**
 * The vault read by another process than the one that serves it: an operator's command, or a check before the start.
 *
 * Always true: read-only, and open for one question at a time, because a reader that stays would keep destroyed keys from being wiped.
 * Not for: making or destroying keys.
 */
import type { KeyObject } from "node:crypto"
import { DatabaseSync } from "node:sqlite"
import type { DataKey } from "../KeyVault.ts"
import { dataKeyOf } from "./dataKeyOf.ts"
import type { DestroyedOwner, WrappedKey } from "./vaultWorker.ts"
import { unwrap } from "./wrapping.ts"

export interface People {
  readonly keys: ReadonlyMap<string, DataKey>
  /** Their keys are destroyed: they have been erased. */
  readonly destroyed: ReadonlySet<string>
}

const asking = <A>(file: string, ask: (database: DatabaseSync) => A): A => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    database.exec("PRAGMA busy_timeout = 5000")
    return ask(database)
  } finally {
    database.close()
  }
}

/** Any key, by which a master key is tried; `undefined` in a vault without keys. Throws when the file cannot be read. */
export const sampleOf = (file: string): WrappedKey | undefined =>
  asking(file, (database) => {
    const row = database.prepare("SELECT owner, wrapped FROM keys LIMIT 1").get()
    return row === undefined
      ? undefined
      : { owner: row["owner"] as string, wrapped: row["wrapped"] as Uint8Array }
  })

/** Those of whom the vault has never heard: neither a key nor its destruction. */
export const unknownOwners = (file: string, owners: Iterable<string>): ReadonlyArray<string> =>
  asking(file, (database) => {
    const known = database.prepare(
      "SELECT 1 FROM keys WHERE owner = ?1 UNION ALL SELECT 1 FROM destroyed WHERE owner = ?1",
    )
    return [...owners].filter((owner) => known.get(owner) === undefined)
  })

/** Everyone ever destroyed, oldest first. */
export const destroyedIn = (file: string): ReadonlyArray<DestroyedOwner> =>
  asking(file, (database) =>
    database
      .prepare("SELECT owner, at FROM destroyed ORDER BY number")
      .all()
      .map((row) => ({ owner: row["owner"] as string, at: row["at"] as number })),
  )

/** What the vault holds of these people now; a key that the master key does not open is left out. */
export const peopleIn = (file: string, master: KeyObject, owners: Iterable<string>): People =>
  asking(file, (database) => {
    const select = database.prepare("SELECT wrapped FROM keys WHERE owner = ?")
    const isDestroyed = database.prepare("SELECT 1 FROM destroyed WHERE owner = ?")
    const keys = new Map<string, DataKey>()
    const destroyed = new Set<string>()
    for (const owner of new Set(owners)) {
      const wrapped = select.get(owner)?.["wrapped"] as Uint8Array | undefined
      const material = wrapped === undefined ? undefined : unwrap(master, owner, wrapped)
      if (material !== undefined) keys.set(owner, dataKeyOf(owner, material))
      else if (isDestroyed.get(owner) !== undefined) destroyed.add(owner)
    }
    return { keys, destroyed }
  })
