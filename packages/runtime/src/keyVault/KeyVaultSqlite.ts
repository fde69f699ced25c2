/**
 * The key vault in a SQLite file of its own, its keys wrapped by a master key that lies in another file.
 *
 * Always true: a data key is on the disk before anybody gets it. A master key that does not fit the vault, or that is missing
 * while the vault holds keys, is refused at open, and nothing is changed.
 * Not for: two processes; the data directory's lock keeps them apart.
 */
import { type KeyObject, randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { KeyDestroyed, type StoreRefused, VaultUnavailable } from "../errors.ts"
import { type DataKey, KeyVault } from "../KeyVault.ts"
import { keysInMemory } from "./keysInMemory.ts"
import { dataKeyBytes, dataKeyOf } from "./dataKeyOf.ts"
import { KeyCache } from "./KeyCache.ts"
import { makeMasterKey, readMasterKey } from "./masterKey.ts"
import { openVaultThread, type VaultThread } from "./VaultThread.ts"
import type { VaultOperation, VaultOutcome, WrappedKey } from "./vaultWorker.ts"
import { unwrap, wrap } from "./wrapping.ts"

export interface KeyVaultOptions {
  /** The vault; made when absent. Its directory must exist. */
  readonly file: string
  /** Made when absent and the vault holds no key. */
  readonly masterKeyFile: string
  /** Keys held in memory, about 1 KB each. Default 100,000. */
  readonly maxCachedKeys?: number
}

type Answer = Effect.Effect<DataKey, KeyDestroyed | VaultUnavailable>

class Vault {
  readonly #thread: VaultThread
  readonly #master: KeyObject
  readonly #cache: KeyCache
  /** Who waits for a key that is being made durable. */
  readonly #making = new Map<string, Array<(answer: Answer) => void>>()

  constructor(thread: VaultThread, master: KeyObject, maxCachedKeys: number) {
    this.#thread = thread
    this.#master = master
    this.#cache = new KeyCache(maxCachedKeys)
  }

  readonly cached = (owner: string): DataKey | undefined => this.#cache.get(owner)

  readonly dataKey = (owner: string): Answer =>
    Effect.suspend(() => {
      const key = this.#cache.get(owner)
      return key === undefined ? this.#made(owner) : Effect.succeed(key)
    })

  readonly existing = Effect.fnUntraced(
    { self: this },
    function* (
      owners: ReadonlyArray<string>,
    ): Effect.fn.Return<ReadonlyMap<string, DataKey>, VaultUnavailable> {
      const { found, missing } = keysInMemory(owners, this.cached)
      if (missing.size === 0) return found
      const outcome = yield* this.#ask({ _tag: "Find", owners: [...missing] })
      if (outcome._tag !== "Found") return found
      for (const wrapped of outcome.keys) {
        const key = this.#unwrapped(wrapped)
        if (key === undefined) return yield* doesNotFit(wrapped.owner)
        found.set(key.owner, key)
      }
      return found
    },
  )

  readonly destroy = (owner: string): Effect.Effect<void, VaultUnavailable> =>
    Effect.flatMap(Clock.currentTimeMillis, (at) =>
      Effect.callback((resume) =>
        this.#thread.ask({ _tag: "Destroy", owner, at }, (outcome) => {
          // Here and not in the fiber that waits, which may be interrupted.
          this.#cache.delete(owner)
          resume(outcome._tag === "VaultUnavailable" ? Effect.fail(outcome) : Effect.void)
        }),
      ),
    )

  readonly destroyed = Effect.map(
    Effect.suspend(() => this.#ask({ _tag: "ListDestroyed" })),
    (outcome) => (outcome._tag === "Listed" ? outcome.destroyed : []),
  )

  #made(owner: string): Answer {
    return Effect.callback((resume) => {
      const others = this.#making.get(owner)
      if (others !== undefined) {
        others.push(resume)
        return
      }
      this.#making.set(owner, [resume])
      const material = randomBytes(dataKeyBytes)
      const operation: VaultOperation = { _tag: "Keep", owner, wrapped: wrap(this.#master, owner, material) }
      material.fill(0)
      this.#thread.ask(operation, (outcome) => {
        const answer = this.#answerOf(owner, outcome)
        const waiting = this.#making.get(owner) ?? []
        this.#making.delete(owner)
        for (const each of waiting) each(answer)
      })
    })
  }

  #answerOf(owner: string, outcome: VaultOutcome | VaultUnavailable): Answer {
    if (outcome._tag === "VaultUnavailable") return Effect.fail(outcome)
    if (outcome._tag !== "Kept" || outcome.wrapped === undefined)
      return Effect.fail(new KeyDestroyed({ owner }))
    const key = this.#unwrapped({ owner, wrapped: outcome.wrapped })
    return key === undefined ? Effect.fail(doesNotFit(owner)) : Effect.succeed(key)
  }

  #unwrapped({ owner, wrapped }: WrappedKey): DataKey | undefined {
    const material = unwrap(this.#master, owner, wrapped)
    if (material === undefined) return undefined
    const key = dataKeyOf(owner, material)
    this.#cache.set(key)
    return key
  }

  #ask(operation: VaultOperation): Effect.Effect<VaultOutcome, VaultUnavailable> {
    return Effect.callback((resume) =>
      this.#thread.ask(operation, (outcome) =>
        resume(outcome._tag === "VaultUnavailable" ? Effect.fail(outcome) : Effect.succeed(outcome)),
      ),
    )
  }
}

const doesNotFit = (owner: string): VaultUnavailable =>
  new VaultUnavailable({ reason: `The master key does not fit the key of ${owner}` })

/** The key that fits the vault; a new one only for a vault without keys. */
const masterKeyFor = Effect.fnUntraced(function* (
  options: KeyVaultOptions,
  sample: WrappedKey | undefined,
): Effect.fn.Return<KeyObject, VaultUnavailable> {
  const master = yield* readMasterKey(options.masterKeyFile)
  if (sample === undefined) return master ?? (yield* makeMasterKey(options.masterKeyFile))
  if (master === undefined)
    return yield* new VaultUnavailable({
      reason: `${options.file} holds keys, but their master key is missing: restore ${options.masterKeyFile}`,
    })
  if (unwrap(master, sample.owner, sample.wrapped) === undefined)
    return yield* new VaultUnavailable({
      reason: `The master key in ${options.masterKeyFile} is not the one of ${options.file}`,
    })
  return master
})

export const layer = (options: KeyVaultOptions): Layer.Layer<KeyVault, StoreRefused | VaultUnavailable> =>
  Layer.effect(
    KeyVault,
    Effect.gen(function* () {
      const { thread, sample } = yield* openVaultThread(options.file)
      const master = yield* masterKeyFor(options, sample)
      return new Vault(thread, master, options.maxCachedKeys ?? 100_000)
    }),
  )
