import { randomBytes } from "node:crypto"
import { copyFileSync, existsSync, writeFileSync } from "node:fs"
import { type DataKey, KeyVault } from "@parley/runtime/KeyVault"
import { type KeyVaultPostgresOptions, layer } from "@parley/runtime/keyVault/KeyVaultPostgres"
import * as postgresLayer from "@parley/runtime/postgres/Postgres"
import type { PostgresOptions } from "@parley/runtime/postgres/connection"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

const postgres = postgresOfFile()

/** Opens nodes on one vault: each has its own pool and memory, and lives as long as the test. */
const nodes = Effect.gen(function* () {
  const database = postgres.options({ answerTimeout: "2 seconds" })
  const directory = yield* temporaryDirectory
  const masterKeyFile = `${directory}/master.key`
  const node = (options: Partial<KeyVaultPostgresOptions> = {}, more: Partial<PostgresOptions> = {}) =>
    Effect.map(
      Layer.build(
        layer({ masterKeyFile, lookEveryMs: 50, ...options }).pipe(
          Layer.provide(Layer.fresh(postgresLayer.layer({ ...database, ...more }))),
        ),
      ),
      (context) => Context.get(context, KeyVault),
    )
  return { schema: database.schema!, directory, masterKeyFile, node }
})

const bytesOf = (key: DataKey): string => Buffer.concat([key.seal.export(), key.mac.export()]).toString("hex")

/** Bounded: 10 s. */
const until = (isSo: () => boolean) =>
  Effect.suspend(() => (isSo() ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 500 }),
  )

const isDestroyed = { _tag: "KeyDestroyed" }

describe.runIf(postgres.present)("key vault on Postgres", () => {
  it.live("gives two nodes that meet a person at once the same key, and whoever comes later too", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const [one, other] = [yield* node(), yield* node()]
      const owners = Array.from({ length: 300 }, (_, index) => `user-${index % 100}`)
      const made = yield* Effect.all(
        [one, other].map((vault, index) =>
          Effect.forEach(index === 0 ? owners : owners.toReversed(), vault.dataKey, {
            concurrency: "unbounded",
          }),
        ),
        { concurrency: "unbounded" },
      )
      const keys = new Map(made[0]!.map((key) => [key.owner, bytesOf(key)]))
      expect(new Set(keys.values()).size).toBe(100)
      for (const key of made[1]!) expect(bytesOf(key)).toBe(keys.get(key.owner))
      const third = yield* (yield* node()).existing(["user-7", "user-8", "nobody"])
      expect([...third.values()].map(bytesOf)).toEqual([keys.get("user-7"), keys.get("user-8")])
    }).pipe(Effect.scoped),
  )
  it.live("forgets on every node a key that one of them destroys, and makes no new one anywhere", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const [one, other] = [yield* node(), yield* node()]
      yield* one.dataKey("ann")
      yield* other.dataKey("ann")
      yield* other.dataKey("bob")
      yield* one.destroy("ann")
      yield* until(() => other.cached("ann") === undefined)
      expect(other.cached("bob")).toBeDefined()
      expect(yield* Effect.flip(other.dataKey("ann"))).toMatchObject(isDestroyed)
      expect((yield* other.existing(["ann"])).size).toBe(0)
      expect((yield* other.destroyed).map((each) => each.owner)).toEqual(["ann"])
    }).pipe(Effect.scoped),
  )
  it.live("lets no key come after its destruction, whoever is faster", () =>
    Effect.gen(function* () {
      const { node, schema } = yield* nodes
      const [one, other] = [yield* node(), yield* node()]
      const owners = Array.from({ length: 60 }, (_, index) => `user-${index}`)
      yield* Effect.all(
        owners.flatMap((owner) => [
          Effect.exit(one.dataKey(owner)),
          other.destroy(owner),
          Effect.exit(other.dataKey(owner)),
        ]),
        { concurrency: "unbounded" },
      )
      expect(
        postgres.server().psql(`SELECT count(*) FROM ${schema}.data_keys WHERE wrapped IS NOT NULL`),
      ).toBe("0")
      yield* until(() => owners.every((owner) => one.cached(owner) === undefined))
      for (const owner of owners.slice(0, 5))
        expect(yield* Effect.flip(one.dataKey(owner))).toMatchObject(isDestroyed)
      expect(new Set((yield* one.destroyed).map((each) => each.owner))).toEqual(new Set(owners))
    }).pipe(Effect.scoped),
  )
  it.live("gives out no key from memory when the list of the destroyed cannot be read for too long", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const vault = yield* node({ mostStaleMs: 400 }, { answerTimeout: "300 millis" })
      yield* vault.dataKey("ann")
      expect(vault.cached("ann")).toBeDefined()
      yield* Effect.acquireUseRelease(
        Effect.sync(() => postgres.server().freeze()),
        () =>
          Effect.gen(function* () {
            yield* until(() => vault.cached("ann") === undefined)
            expect(yield* Effect.flip(vault.dataKey("ann"))).toMatchObject({ _tag: "VaultUnavailable" })
          }),
        () => Effect.sync(() => postgres.server().thaw()),
      )
      yield* Effect.retry(vault.dataKey("ann"), { schedule: Schedule.spaced("50 millis"), times: 200 })
      yield* until(() => vault.cached("ann") !== undefined)
    }).pipe(Effect.scoped),
  )
  it.live("keeps keys over kill -9, those of people met while it happened too", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const vault = yield* node()
      const meet = (owner: string) =>
        Effect.retry(vault.dataKey(owner), { schedule: Schedule.spaced("50 millis"), times: 200 })
      const owners = Array.from({ length: 200 }, (_, index) => `user-${index}`)
      const [keys] = yield* Effect.all(
        [
          Effect.forEach(owners, meet, { concurrency: 4 }),
          Effect.promise(async () => {
            await postgres.server().kill()
            await postgres.server().start()
          }),
        ],
        { concurrency: 2 },
      )
      const later = yield* (yield* node()).existing(owners)
      expect(owners.map((owner) => bytesOf(later.get(owner)!))).toEqual(keys.map(bytesOf))
    }).pipe(Effect.scoped),
  )
  it.live("refuses a node without the vault's master key, or with another one, and makes none", () =>
    Effect.gen(function* () {
      const { node, directory, masterKeyFile } = yield* nodes
      const ann = yield* (yield* node()).dataKey("ann")
      const absent = `${directory}/absent.key`
      expect(yield* Effect.flip(node({ masterKeyFile: absent }))).toMatchObject({ _tag: "VaultUnavailable" })
      expect(existsSync(absent)).toBe(false)
      const foreign = `${directory}/foreign.key`
      writeFileSync(foreign, `${randomBytes(32).toString("base64")}\n`)
      expect(yield* Effect.flip(node({ masterKeyFile: foreign }))).toMatchObject({ _tag: "VaultUnavailable" })
      const copied = `${directory}/copied.key`
      copyFileSync(masterKeyFile, copied)
      expect(bytesOf(yield* (yield* node({ masterKeyFile: copied })).dataKey("ann"))).toBe(bytesOf(ann))
    }).pipe(Effect.scoped),
  )
  it.live("lets one of two nodes that open a new vault, each with a master key of its own, have it", () =>
    Effect.gen(function* () {
      const { node, directory } = yield* nodes
      const opened = yield* Effect.forEach(
        ["one", "other"],
        (name) => Effect.exit(node({ masterKeyFile: `${directory}/${name}.key` })),
        { concurrency: "unbounded" },
      )
      expect(opened.map((exit) => exit._tag).toSorted()).toEqual(["Failure", "Success"])
    }).pipe(Effect.scoped),
  )
  it.live("shows Postgres wrapped keys only, and rows of the destroyed without one", () =>
    Effect.gen(function* () {
      const { node, schema } = yield* nodes
      const vault = yield* node()
      const ann = yield* vault.dataKey("ann")
      yield* vault.dataKey("bob")
      yield* vault.destroy("bob")
      const rows = postgres
        .server()
        .psql(`SELECT owner, encode(wrapped, 'hex') FROM ${schema}.data_keys ORDER BY owner`)
      expect(rows).toMatch(/^ann\|[0-9a-f]{120}\nbob\|$/)
      for (const key of [ann.seal, ann.mac]) expect(rows).not.toContain(key.export().toString("hex"))
    }).pipe(Effect.scoped),
  )
})
