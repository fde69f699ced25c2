/**
 * The thread that keeps wrapped keys in a SQLite file. It never sees a key unwrapped.
 *
 * Always true: a batch is one transaction, and is answered when it is durable; a failed one may be asked again.
 */
import type { DatabaseSync } from "node:sqlite"
import { parentPort, workerData } from "node:worker_threads"
import { openVaultFile, type Refusal } from "./openVaultFile.ts"

export interface WrappedKey {
  readonly owner: string
  readonly wrapped: Uint8Array
}

export interface DestroyedOwner {
  readonly owner: string
  readonly at: number
}

export type VaultOperation =
  /** Keeps the key unless the owner has one already. */
  | { readonly _tag: "Keep"; readonly owner: string; readonly wrapped: Uint8Array }
  | { readonly _tag: "Find"; readonly owners: ReadonlyArray<string> }
  | { readonly _tag: "Destroy"; readonly owner: string; readonly at: number }
  | { readonly _tag: "ListDestroyed" }

export type VaultOutcome =
  /** The key that stands; `undefined` for a destroyed owner. */
  | { readonly _tag: "Kept"; readonly wrapped: Uint8Array | undefined }
  | { readonly _tag: "Found"; readonly keys: ReadonlyArray<WrappedKey> }
  | { readonly _tag: "Destroyed" }
  | { readonly _tag: "Listed"; readonly destroyed: ReadonlyArray<DestroyedOwner> }

export type ToVaultWorker =
  | { readonly _tag: "Batch"; readonly operations: ReadonlyArray<VaultOperation> }
  | { readonly _tag: "Close" }

export type FromVaultWorker =
  /** `sample`: any key of the vault, by which a master key is tried; none in an empty vault. */
  | { readonly _tag: "Opened"; readonly sample: WrappedKey | undefined }
  | { readonly _tag: "Refused"; readonly refusal: Refusal }
  | { readonly _tag: "NotOpened"; readonly reason: string }
  | { readonly _tag: "Done"; readonly outcomes: ReadonlyArray<VaultOutcome> }
  | { readonly _tag: "Failed"; readonly reason: string }

const port = parentPort!
const answer = (message: FromVaultWorker): void => port.postMessage(message)
const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** secure_delete wipes a row; the log still holds the page as it was, until it is emptied. */
const emptyLog = (database: DatabaseSync): void => {
  if (database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] !== 0)
    throw new Error("Another program reads the vault, so the destroyed key cannot be wiped from its log")
}

const serve = (database: DatabaseSync): void => {
  const select = database.prepare("SELECT wrapped FROM keys WHERE owner = ?")
  const insert = database.prepare("INSERT INTO keys (owner, wrapped) VALUES (?, ?)")
  const remove = database.prepare("DELETE FROM keys WHERE owner = ?")
  const isDestroyed = database.prepare("SELECT 1 FROM destroyed WHERE owner = ?")
  const remember = database.prepare("INSERT OR IGNORE INTO destroyed (owner, at) VALUES (?, ?)")
  const listDestroyed = database.prepare("SELECT owner, at FROM destroyed ORDER BY number")

  const wrappedOf = (owner: string): Uint8Array | undefined =>
    select.get(owner)?.["wrapped"] as Uint8Array | undefined

  const carryOut = (operation: VaultOperation): VaultOutcome => {
    switch (operation._tag) {
      case "Keep": {
        const standing = wrappedOf(operation.owner)
        if (standing !== undefined) return { _tag: "Kept", wrapped: standing }
        if (isDestroyed.get(operation.owner) !== undefined) return { _tag: "Kept", wrapped: undefined }
        insert.run(operation.owner, operation.wrapped)
        return { _tag: "Kept", wrapped: operation.wrapped }
      }
      case "Find": {
        const keys: Array<WrappedKey> = []
        for (const owner of operation.owners) {
          const wrapped = wrappedOf(owner)
          if (wrapped !== undefined) keys.push({ owner, wrapped })
        }
        return { _tag: "Found", keys }
      }
      case "Destroy":
        remove.run(operation.owner)
        remember.run(operation.owner, operation.at)
        return { _tag: "Destroyed" }
      case "ListDestroyed":
        return {
          _tag: "Listed",
          destroyed: listDestroyed.all().map((row) => ({
            owner: row["owner"] as string,
            at: row["at"] as number,
          })),
        }
    }
  }

  const commit = (operations: ReadonlyArray<VaultOperation>): ReadonlyArray<VaultOutcome> => {
    database.exec("BEGIN IMMEDIATE")
    try {
      const outcomes = operations.map(carryOut)
      database.exec("COMMIT")
      return outcomes
    } catch (cause) {
      if (database.isTransaction) database.exec("ROLLBACK")
      throw cause
    }
  }

  port.on("message", (message: ToVaultWorker) => {
    if (message._tag === "Close") {
      database.close()
      port.close()
      return
    }
    try {
      const outcomes = commit(message.operations)
      if (message.operations.some((one) => one._tag === "Destroy")) emptyLog(database)
      answer({ _tag: "Done", outcomes })
    } catch (cause) {
      answer({ _tag: "Failed", reason: reasonOf(cause) })
    }
  })

  const sample = database.prepare("SELECT owner, wrapped FROM keys LIMIT 1").get()
  answer({
    _tag: "Opened",
    sample:
      sample === undefined
        ? undefined
        : { owner: sample["owner"] as string, wrapped: sample["wrapped"] as Uint8Array },
  })
}

try {
  const opened = openVaultFile((workerData as { readonly file: string }).file)
  if (opened._tag === "Opened") serve(opened.database)
  else answer({ _tag: "Refused", refusal: opened.refusal })
} catch (cause) {
  answer({ _tag: "NotOpened", reason: reasonOf(cause) })
}
