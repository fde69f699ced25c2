import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { type DataKey, KeyVault } from "@parley/runtime/KeyVault"
import { layer } from "@parley/runtime/keyVault/KeyVaultSqlite"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

interface Place {
  readonly directory: string
  readonly file: string
  readonly masterKeyFile: string
}

const place = Effect.map(temporaryDirectory, (directory): Place => ({
  directory,
  file: `${directory}/keys.sqlite`,
  masterKeyFile: `${directory}/master.key`,
}))

/** Opens the vault, does something with it, closes it. */
const inVault = <A, E>(at: Place, use: (vault: KeyVault["Service"]) => Effect.Effect<A, E>) =>
  Effect.provide(Effect.flatMap(Effect.service(KeyVault), use), layer(at))

const bytesOf = (key: DataKey): string => Buffer.concat([key.seal.export(), key.mac.export()]).toString("hex")

const contents = (at: Place): Record<string, string> =>
  Object.fromEntries(
    readdirSync(at.directory).map((name) => [name, readFileSync(`${at.directory}/${name}`).toString("hex")]),
  )

/** Opening must fail, and every file must stay as it is. */
const refusal = Effect.fnUntraced(function* (at: Place) {
  const before = contents(at)
  const error = yield* Effect.flip(inVault(at, () => Effect.void))
  expect(contents(at)).toEqual(before)
  return error
})

const filled = Effect.gen(function* () {
  const at = yield* place
  yield* inVault(at, (vault) => vault.dataKey("ann"))
  return at
})

/** Commit frames in a write-ahead log: those whose header tells the database's size. */
const commits = (wal: Buffer): number => {
  const pageSize = wal.readUInt32BE(8)
  let count = 0
  for (let at = 32; at + 24 + pageSize <= wal.length; at += 24 + pageSize)
    if (wal.readUInt32BE(at + 4) !== 0) count += 1
  return count
}

describe("key vault in SQLite", () => {
  it.effect("gives the same keys after a restart, and still refuses the destroyed", () =>
    Effect.gen(function* () {
      const at = yield* place
      const before = yield* inVault(at, (vault) =>
        Effect.tap(vault.dataKey("ann"), () => vault.destroy("bob")),
      )
      const after = yield* inVault(at, (vault) => vault.dataKey("ann"))
      expect(bytesOf(after)).toBe(bytesOf(before))
      expect(yield* Effect.flip(inVault(at, (vault) => vault.dataKey("bob")))).toMatchObject({
        _tag: "KeyDestroyed",
      })
    }),
  )
  it.effect("commits the keys of many persons met at once together", () =>
    Effect.gen(function* () {
      const at = yield* place
      yield* inVault(at, (vault) =>
        Effect.gen(function* () {
          const owners = Array.from({ length: 200 }, (_, index) => `user-${index}`)
          yield* Effect.forEach(owners, vault.dataKey, { concurrency: "unbounded" })
          expect(commits(readFileSync(`${at.file}-wal`))).toBe(1)
        }),
      )
    }),
  )
  it.effect("finds keys that have left its memory", () =>
    Effect.gen(function* () {
      const at = yield* place
      const owners = Array.from({ length: 20 }, (_, index) => `user-${index}`)
      yield* Effect.provide(
        Effect.gen(function* () {
          const vault = yield* KeyVault
          const made = yield* Effect.forEach(owners, vault.dataKey)
          expect(owners.filter((owner) => vault.cached(owner) !== undefined).length).toBeLessThanOrEqual(4)
          const found = yield* vault.existing(owners)
          expect(made.map(bytesOf)).toEqual(owners.map((owner) => bytesOf(found.get(owner)!)))
        }),
        layer({ ...at, maxCachedKeys: 4 }),
      )
    }),
  )
  it.effect("keeps keys and master key in files that only their owner may read", () =>
    Effect.gen(function* () {
      const at = yield* filled
      expect(statSync(at.masterKeyFile).mode & 0o777).toBe(0o600)
      expect(statSync(at.file).mode & 0o777).toBe(0o600)
      expect(readdirSync(at.directory).toSorted()).toEqual(["keys.sqlite", "master.key"])
    }),
  )
  it.effect("leaves no trace of a destroyed key in its files", () =>
    Effect.gen(function* () {
      const at = yield* filled
      const database = new DatabaseSync(at.file)
      const wrapped = Buffer.from(
        database.prepare("SELECT wrapped FROM keys").get()!["wrapped"] as Uint8Array,
      )
      database.close()
      const trace = wrapped.toString("hex")
      expect(Object.values(contents(at)).join("")).toContain(trace)
      yield* inVault(at, (vault) =>
        Effect.gen(function* () {
          yield* vault.destroy("ann")
          expect(Object.values(contents(at)).join("")).not.toContain(trace)
        }),
      )
    }),
  )
  it.effect("refuses another master key", () =>
    Effect.gen(function* () {
      const at = yield* filled
      writeFileSync(at.masterKeyFile, `${randomBytes(32).toString("base64")}\n`)
      expect(yield* refusal(at)).toMatchObject({ _tag: "VaultUnavailable" })
    }),
  )
  it.effect("refuses to open without the master key of its keys, and makes no new one", () =>
    Effect.gen(function* () {
      const at = yield* filled
      rmSync(at.masterKeyFile)
      expect(yield* refusal(at)).toMatchObject({ _tag: "VaultUnavailable" })
    }),
  )
  it.effect("refuses a master key file that holds no key", () =>
    Effect.gen(function* () {
      const at = yield* filled
      writeFileSync(at.masterKeyFile, "secret\n")
      expect(yield* refusal(at)).toMatchObject({ _tag: "VaultUnavailable" })
    }),
  )
  it.effect("refuses a file that is not SQLite's", () =>
    Effect.gen(function* () {
      const at = yield* place
      writeFileSync(at.file, "a letter to somebody")
      expect(yield* refusal(at)).toMatchObject({ _tag: "StoreRefused", reason: "foreign" })
    }),
  )
  it.effect("refuses a SQLite file of something else", () =>
    Effect.gen(function* () {
      const at = yield* place
      const database = new DatabaseSync(at.file)
      database.exec("CREATE TABLE keys (owner TEXT)")
      database.close()
      expect(yield* refusal(at)).toMatchObject({ _tag: "StoreRefused", reason: "foreign" })
    }),
  )
  it.effect("refuses a newer format", () =>
    Effect.gen(function* () {
      const at = yield* filled
      const database = new DatabaseSync(at.file)
      database.exec("PRAGMA user_version = 2; PRAGMA journal_mode = DELETE")
      database.close()
      expect(yield* refusal(at)).toMatchObject({ _tag: "StoreRefused", reason: "newer_version" })
    }),
  )
  it.effect("refuses a damaged file", () =>
    Effect.gen(function* () {
      const at = yield* filled
      const bytes = readFileSync(at.file)
      writeFileSync(at.file, bytes.fill(0xa5, 4_096, 8_192))
      expect(yield* refusal(at)).toMatchObject({ _tag: "StoreRefused", reason: "corrupt" })
    }),
  )
})
