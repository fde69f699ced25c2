/**
 * The key vault port: one data key per person, wrapped by the master key.
 *
 * Always true: a key is durable before `dataKey` returns it for the first time, so nothing is ever sealed with a key that a crash forgets.
 * Not for: keys of the service itself (JWT, stream secret).
 */
import type { KeyObject } from "node:crypto"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { KeyDestroyed, VaultUnavailable } from "./errors.ts"

/** `seal`: AES-256-GCM key. `mac`: HMAC-SHA-256 key derived from it (HKDF), for comparing bodies without keeping them. */
export interface DataKey {
  readonly owner: string
  readonly seal: KeyObject
  readonly mac: KeyObject
}

export class KeyVault extends Context.Service<
  KeyVault,
  {
    /** The person's key, made on first use. Concurrent first uses get the same one. */
    readonly dataKey: (owner: string) => Effect.Effect<DataKey, KeyDestroyed | VaultUnavailable>
    /** Many at once, existing keys only; destroyed and unknown owners are left out. */
    readonly existing: (
      owners: ReadonlyArray<string>,
    ) => Effect.Effect<ReadonlyMap<string, DataKey>, VaultUnavailable>
    /** The key if it is in memory: synchronous, for the hot path. */
    readonly cached: (owner: string) => DataKey | undefined
    /** Destroys for ever and remembers that it did. Unknown owner: remembered too. Idempotent. */
    readonly destroy: (owner: string) => Effect.Effect<void, VaultUnavailable>
    /** Everyone ever destroyed, oldest first: a restored backup replays it before use. */
    readonly destroyed: Effect.Effect<
      ReadonlyArray<{ readonly owner: string; readonly at: number }>,
      VaultUnavailable
    >
  }
>()("@parley/runtime/KeyVault") {}
