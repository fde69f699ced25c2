/**
 * Opens what is sealed in a stretch of the log, with the keys as they stand at this moment.
 *
 * Always true: keys are looked up anew for each stretch, so whoever is erased while somebody watches is erased here too.
 */
import type { KeyObject } from "node:crypto"
import type { Sealed } from "@parley/domain/Sealed"
import { type People, peopleIn } from "@parley/runtime/keyVault/VaultReader"
import { open } from "@parley/runtime/Sealer"

export interface Opener {
  /** The plaintext, or in brackets why there is none. */
  readonly open: (place: string, sealed: Sealed) => string
  readonly isErased: (person: string) => boolean
}

const nobody: People = { keys: new Map(), destroyed: new Set() }

/** @param master `undefined`: everything stays sealed. Throws when the vault cannot be read. */
export const openerFor = (
  vault: string,
  master: KeyObject | undefined,
  people: ReadonlySet<string>,
): Opener => {
  const { keys, destroyed } = master === undefined ? nobody : peopleIn(vault, master, people)
  return {
    open: (place, sealed) => {
      const key = keys.get(sealed.owner)
      if (key !== undefined) return open(key, place, sealed) ?? "[does not open]"
      if (destroyed.has(sealed.owner)) return "[erased]"
      return master === undefined ? "[sealed]" : "[its key is missing]"
    },
    isErased: (person) => destroyed.has(person),
  }
}
