/** What a vault keeps so that a master key can be told from one of another vault: something that only its own unwraps. */
import { type KeyObject, randomBytes } from "node:crypto"
import { dataKeyBytes } from "./dataKeyOf.ts"
import { unwrap, wrap } from "./wrapping.ts"

/** No person is called so. */
const proofOwner = "the master key of this vault"

export const proofOf = (master: KeyObject): Uint8Array => wrap(master, proofOwner, randomBytes(dataKeyBytes))

export const isProvedBy = (proof: Uint8Array, master: KeyObject): boolean =>
  unwrap(master, proofOwner, proof) !== undefined
