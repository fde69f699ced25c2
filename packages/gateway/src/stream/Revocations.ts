/**
 * The devices that were revoked lately, as this gateway heard of it: announced at once, and again behind the log.
 *
 * Always true: a revocation at position P ends every connection of the device whose place in the log at its opening is before P, also
 * one that was admitted before P and is added after. Later ones were admitted by a look at the user's state after P.
 * Not for: deciding who may connect. That is read from the user's stream.
 */
import type { Revocation } from "@parley/runtime/Broker"

/** How many are remembered, at least: a connection is added within milliseconds of its admission. */
const remembered = 1_000

const keyOf = (user: string, device: string): string => `${user}/${device}`

export class Revocations {
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  note({ user, device, position }: Revocation): void {
    if (this.#young.size >= remembered) {
      this.#old = this.#young
      this.#young = new Map()
    }
    const key = keyOf(user, device)
    this.#young.set(key, Math.max(position, this.#positionOf(key)))
  }

  /** Whether the device was revoked after this place in the log. */
  after(user: string, device: string, openedAt: number): boolean {
    return this.#positionOf(keyOf(user, device)) > openedAt
  }

  #positionOf(key: string): number {
    return Math.max(this.#young.get(key) ?? -1, this.#old.get(key) ?? -1)
  }
}
