/**
 * Personal strings sealed and opened: AES-256-GCM with the owner's data key.
 *
 * Always true: a box opens only with its owner's key and only at the place it was sealed for.
 * Not for: bytes at rest beside the log (media), and keys (see `keyVault/wrapping`).
 */
import { createCipheriv, createDecipheriv, randomFillSync } from "node:crypto"
import type { Sealed } from "@parley/domain/Sealed"
import type { DataKey } from "./KeyVault.ts"

const nonceBytes = 12
const tagBytes = 16

// One system call for a thousand nonces. Each slice is used once: the pool is filled anew when it is spent.
const pool = Buffer.alloc(1_024 * nonceBytes)
let spent = pool.length

const freshNonce = (): Buffer => {
  if (spent === pool.length) {
    randomFillSync(pool)
    spent = 0
  }
  return pool.subarray(spent, (spent += nonceBytes))
}

/** `place` names where the box will stand, as `cnv_…/msg_…`. About 8 µs for 100 bytes. */
export const seal = (key: DataKey, place: string, plaintext: string): Sealed => {
  const nonce = freshNonce()
  const cipher = createCipheriv("aes-256-gcm", key.seal, nonce)
  cipher.setAAD(Buffer.from(place))
  const ciphertext = cipher.update(plaintext, "utf8")
  cipher.final()
  return {
    owner: key.owner,
    box: Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]).toString("base64"),
  }
}

/** The plaintext; `undefined` for another key, another place, or a box that is not one. */
export const open = (key: DataKey, place: string, sealed: Sealed): string | undefined => {
  const box = Buffer.from(sealed.box, "base64")
  if (box.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv("aes-256-gcm", key.seal, box.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(box.subarray(box.length - tagBytes))
  const plaintext = decipher.update(box.subarray(nonceBytes, box.length - tagBytes))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plaintext.toString("utf8")
}
