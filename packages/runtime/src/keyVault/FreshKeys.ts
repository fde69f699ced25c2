/**
 * Keys in memory that other nodes may destroy.
 *
 * Always true: a key is given out only while the list of the destroyed was read less than `mostStaleMs` ago, measured from before it
 * was asked for. A node that hangs, or has lost the database, finds its memory useless when it wakes up, before it seals with any of it.
 * What was asked for before a destruction became known here and came back after it is not kept: it may be the destroyed key.
 */
import type { DataKey } from "../KeyVault.ts"
import { KeyCache } from "./KeyCache.ts"

export class FreshKeys {
  readonly #keys: KeyCache
  readonly #mostStaleMs: number
  #readAt = -Infinity
  #turns = 0

  constructor(maxKeys: number, mostStaleMs: number) {
    this.#keys = new KeyCache(maxKeys)
    this.#mostStaleMs = mostStaleMs
  }

  get(owner: string): DataKey | undefined {
    return performance.now() - this.#readAt < this.#mostStaleMs ? this.#keys.get(owner) : undefined
  }

  /** Changes with every destruction that becomes known: what `keep` wants back. */
  get turn(): number {
    return this.#turns
  }

  /** `false`, and not kept: somebody's key was destroyed since `turn`. */
  keep(key: DataKey, turn: number): boolean {
    if (turn !== this.#turns) return false
    this.#keys.set(key)
    return true
  }

  destroyed(owners: ReadonlyArray<string>): void {
    if (owners.length > 0) this.#turns += 1
    for (const owner of owners) this.#keys.delete(owner)
  }

  /** @param asOf by `performance.now()`, before the list was asked for. */
  read(asOf: number): void {
    this.#readAt = asOf
  }
}
