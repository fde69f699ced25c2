/**
 * The key vault on Postgres, for many nodes: keys wrapped by a master key that lies in a file of each node.
 *
 * Always true: a data key is committed before anybody gets it, and all nodes get the same one. A key that another node destroys is
 * forgotten here within `lookEveryMs`, and within `mostStaleMs` if Postgres does not answer. A node whose master key is not the
 * vault's is refused at open.
 * Not for: wiping what backups, archives and the server's own write-ahead log hold of a destroyed key. It lies there wrapped, until
 * they are recycled: a restored backup replays the list of the destroyed before use.
 */
import { type KeyObject, randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { KeyDestroyed, type PostgresFailure, VaultUnavailable } from "../errors.ts"
import { type DataKey, KeyVault } from "../KeyVault.ts"
import { Postgres } from "../postgres/Postgres.ts"
import { keysInMemory } from "./keysInMemory.ts"
import { dataKeyBytes, dataKeyOf } from "./dataKeyOf.ts"
import { FreshKeys } from "./FreshKeys.ts"
import { makeMasterKey, readMasterKey } from "./masterKey.ts"
import { isProvedBy, proofOf } from "./masterKeyProof.ts"
import { vaultMigrations, VaultRows } from "./VaultRows.ts"
import { unwrap, wrap } from "./wrapping.ts"

export interface KeyVaultPostgresOptions {
  /** The same key on every node: copy it. Made when absent, but only for a vault that no node has opened before. */
  readonly masterKeyFile: string
  /** Keys held in memory, about 1 KB each. Default 100,000. */
  readonly maxCachedKeys?: number
  /** How often the list of the destroyed is read. Default 1,000 ms. */
  readonly lookEveryMs?: number
  /** How long keys in memory are used without that list. Default 10,000 ms. */
  readonly mostStaleMs?: number
}

/** Beyond this many people who wait for their key the vault answers that it is unavailable. */
const maxWaiting = 100_000
/** How often a question is asked again that a destruction overtook. */
const maxOvertaken = 10

type Asked = Deferred.Deferred<DataKey, KeyDestroyed | VaultUnavailable>

const unavailable = (failure: PostgresFailure): VaultUnavailable =>
  new VaultUnavailable({
    reason: failure._tag === "PostgresUnavailable" ? failure.reason : `${failure.reason}: ${failure.detail}`,
  })

const doesNotFit = (owner: string): VaultUnavailable =>
  new VaultUnavailable({ reason: `The master key does not fit the key of ${owner}` })

const closed = (): VaultUnavailable => new VaultUnavailable({ reason: "The vault is closed" })

const refuseAll = (asked: ReadonlyMap<string, Asked>, failure: VaultUnavailable): Effect.Effect<void> =>
  Effect.forEach(asked.values(), (each) => Deferred.fail(each, failure), { discard: true })

/** Everybody of this turn of the loop is in, and goes in one batch. */
const endOfTurn = Effect.callback<void>((resume) => {
  const turn = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(turn))
})

class Vault {
  readonly #rows: VaultRows
  readonly #master: KeyObject
  readonly #scope: Scope.Scope
  readonly #keys: FreshKeys
  #seen: number
  #waiting = new Map<string, Asked>()
  #closed = false

  constructor(
    rows: VaultRows,
    master: KeyObject,
    keys: FreshKeys,
    { seen, scope }: { readonly seen: number; readonly scope: Scope.Scope },
  ) {
    this.#rows = rows
    this.#master = master
    this.#keys = keys
    this.#seen = seen
    this.#scope = scope
  }

  readonly cached = (owner: string): DataKey | undefined => this.#keys.get(owner)

  readonly dataKey = (owner: string): Effect.Effect<DataKey, KeyDestroyed | VaultUnavailable> =>
    Effect.suspend(() => {
      const key = this.#keys.get(owner)
      return key === undefined ? this.#asked(owner) : Effect.succeed(key)
    })

  readonly existing = Effect.fnUntraced(
    { self: this },
    function* (
      owners: ReadonlyArray<string>,
    ): Effect.fn.Return<ReadonlyMap<string, DataKey>, VaultUnavailable> {
      const { found, missing } = keysInMemory(owners, this.cached)
      if (missing.size === 0) return found
      for (const [owner, key] of yield* this.#looked([...missing]))
        if (key !== undefined) found.set(owner, key)
      return found
    },
  )

  readonly destroy = Effect.fnUntraced({ self: this }, function* (owner: string): Effect.fn.Return<
    void,
    VaultUnavailable
  > {
    const at = yield* Clock.currentTimeMillis
    // Before and after: of a destruction whose outcome is unknown nothing may be left here either.
    yield* this.#rows
      .destroy(owner, at)
      .pipe(Effect.mapError(unavailable), Effect.ensuring(Effect.sync(() => this.#keys.destroyed([owner]))))
  })

  readonly destroyed = Effect.suspend(() => this.#rows.destroyedAfter(0)).pipe(
    Effect.mapError(unavailable),
    Effect.map((all) => all.map(({ owner, at }) => ({ owner, at }))),
  )

  /** Reads who was destroyed since the last look. */
  readonly look = Effect.suspend(() => {
    const asOf = performance.now()
    return Effect.map(this.#rows.destroyedAfter(this.#seen), (news) => {
      this.#keys.destroyed(news.map((one) => one.owner))
      this.#seen = news.at(-1)?.number ?? this.#seen
      this.#keys.read(asOf)
    })
  })

  /** Whoever waits is told. */
  readonly close = Effect.suspend(() => {
    this.#closed = true
    return refuseAll(this.#waiting, closed())
  })

  #asked(owner: string): Effect.Effect<DataKey, KeyDestroyed | VaultUnavailable> {
    if (this.#closed) return Effect.fail(closed())
    const others = this.#waiting.get(owner)
    if (others !== undefined) return Deferred.await(others)
    if (this.#waiting.size >= maxWaiting)
      return Effect.fail(new VaultUnavailable({ reason: "Too many wait for the vault" }))
    const asked: Asked = Deferred.makeUnsafe()
    this.#waiting.set(owner, asked)
    const first = this.#waiting.size === 1
    const begun = first ? Effect.forkIn(this.#batch, this.#scope) : Effect.void
    return Effect.andThen(begun, Deferred.await(asked))
  }

  /** Whoever asks while it runs begins the next one. */
  readonly #batch = Effect.flatMap(endOfTurn, () =>
    Effect.suspend(() => {
      const asked = this.#waiting
      this.#waiting = new Map()
      return this.#made([...asked.keys()]).pipe(
        Effect.matchEffect({
          onFailure: (failure) => refuseAll(asked, failure),
          onSuccess: (keys) =>
            Effect.forEach(
              asked,
              ([owner, each]) => {
                const key = keys.get(owner)
                return key === undefined
                  ? Deferred.fail(each, new KeyDestroyed({ owner }))
                  : Deferred.succeed(each, key)
              },
              { discard: true },
            ),
        }),
        Effect.onInterrupt(() => refuseAll(asked, closed())),
      )
    }),
  )

  /** Each one's key, made durable where there was none; `undefined`: destroyed. */
  readonly #made = Effect.fnUntraced(
    { self: this },
    function* (
      owners: ReadonlyArray<string>,
    ): Effect.fn.Return<ReadonlyMap<string, DataKey | undefined>, VaultUnavailable> {
      const standing = yield* this.#looked(owners)
      const missing = owners.filter((owner) => !standing.has(owner))
      if (missing.length === 0) return standing
      yield* Effect.mapError(this.#rows.keep(missing.map((owner) => this.#freshKey(owner))), unavailable)
      return new Map([...standing, ...(yield* this.#looked(missing))])
    },
  )

  /** Of those who have a row. Asked again when a destruction became known meanwhile. */
  readonly #looked = Effect.fnUntraced(
    { self: this },
    function* (
      owners: ReadonlyArray<string>,
    ): Effect.fn.Return<ReadonlyMap<string, DataKey | undefined>, VaultUnavailable> {
      for (let attempt = 0; attempt < maxOvertaken; attempt++) {
        const turn = this.#keys.turn
        const rows = yield* Effect.mapError(this.#rows.find(owners), unavailable)
        if (turn !== this.#keys.turn) continue
        const found = new Map<string, DataKey | undefined>()
        for (const [owner, wrapped] of rows) {
          const key = wrapped === undefined ? undefined : this.#unwrapped(owner, wrapped)
          if (wrapped !== undefined && key === undefined) return yield* doesNotFit(owner)
          if (key !== undefined) this.#keys.keep(key, turn)
          found.set(owner, key)
        }
        return found
      }
      return yield* new VaultUnavailable({ reason: "Keys are being destroyed faster than they can be read" })
    },
  )

  #freshKey(owner: string) {
    const material = randomBytes(dataKeyBytes)
    const wrapped = wrap(this.#master, owner, material)
    material.fill(0)
    return { owner, wrapped }
  }

  #unwrapped(owner: string, wrapped: Uint8Array): DataKey | undefined {
    const material = unwrap(this.#master, owner, wrapped)
    return material === undefined ? undefined : dataKeyOf(owner, material)
  }
}

/** Postgres may be away for a while when a vault opens; a key that does not fit is refused at once. */
type AskedAtOpen = <A>(question: Effect.Effect<A, PostgresFailure>) => Effect.Effect<A, VaultUnavailable>

/** The key that fits the vault. Made only when neither the file nor the vault's proof is there. */
const masterKeyFor = Effect.fnUntraced(function* (
  file: string,
  rows: VaultRows,
  asked: AskedAtOpen,
): Effect.fn.Return<KeyObject, VaultUnavailable> {
  const standing = yield* asked(rows.proof())
  const found = yield* readMasterKey(file)
  if (standing !== undefined && found === undefined)
    return yield* new VaultUnavailable({
      reason: `The vault has a master key, but this node does not: copy or restore it to ${file}`,
    })
  const master = found ?? (yield* makeMasterKey(file))
  if (standing === undefined) yield* asked(rows.keepProof(proofOf(master)))
  const proof = yield* asked(rows.proof())
  if (proof === undefined || !isProvedBy(proof, master))
    return yield* new VaultUnavailable({ reason: `The master key in ${file} is not the one of this vault` })
  return master
})

export const layer = (options: KeyVaultPostgresOptions): Layer.Layer<KeyVault, VaultUnavailable, Postgres> =>
  Layer.effect(
    KeyVault,
    Effect.gen(function* () {
      const postgres = yield* Postgres
      const asked: AskedAtOpen = (question) => Effect.mapError(postgres.patiently(question), unavailable)
      yield* Effect.mapError(postgres.migrate(vaultMigrations), unavailable)
      const rows = new VaultRows(postgres)
      const master = yield* masterKeyFor(options.masterKeyFile, rows, asked)
      const keys = new FreshKeys(options.maxCachedKeys ?? 100_000, options.mostStaleMs ?? 10_000)
      const seen = yield* asked(rows.latestDestroyed())
      const scope = yield* Effect.scope
      const vault = yield* Effect.acquireRelease(
        Effect.sync(() => new Vault(rows, master, keys, { seen, scope })),
        (opened) => opened.close,
      )
      yield* asked(vault.look)
      // A look that fails leaves the memory as fresh as it was, and no fresher.
      yield* Effect.ignore(vault.look).pipe(
        Effect.delay(options.lookEveryMs ?? 1_000),
        Effect.forever,
        Effect.forkScoped,
      )
      return vault
    }),
  )
