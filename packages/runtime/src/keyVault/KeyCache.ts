/**
 * Data keys in memory: about the most recently used ones, in two generations.
 *
 * Always true: at most `maxKeys` are held, and a key that was used among the last half of them is there.
 * A list in exact order of use would cost two writes at every hit; this costs none.
 */
import type { DataKey } from "../KeyVault.ts"

export class KeyCache {
  readonly #half: number
  #young = new Map<string, DataKey>()
  #old = new Map<string, DataKey>()

  constructor(maxKeys: number) {
    this.#half = Math.max(1, Math.floor(maxKeys / 2))
  }

  get(owner: string): DataKey | undefined {
    const young = this.#young.get(owner)
    if (young !== undefined) return young
    const old = this.#old.get(owner)
    if (old !== undefined) this.set(old)
    return old
  }

  set(key: DataKey): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#old.delete(key.owner)
    this.#young.set(key.owner, key)
  }

  delete(owner: string): void {
    this.#young.delete(owner)
    this.#old.delete(owner)
  }
}
