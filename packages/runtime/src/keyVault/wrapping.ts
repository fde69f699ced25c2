/**
 * Data keys wrapped by the master key: AES-256-GCM, the owner's id as additional data.
 *
 * Always true: a wrapped key unwraps for its owner only; swapping two rows of the vault yields nothing.
 * Shape: nonce (12 bytes), ciphertext (32), tag (16).
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto"

const nonceBytes = 12
const tagBytes = 16

export const wrap = (master: KeyObject, owner: string, material: Buffer): Uint8Array => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv("aes-256-gcm", master, nonce)
  cipher.setAAD(Buffer.from(owner))
  return Buffer.concat([nonce, cipher.update(material), cipher.final(), cipher.getAuthTag()])
}

/** The key material; `undefined` when the master key, the owner or the bytes are others. */
export const unwrap = (master: KeyObject, owner: string, wrapped: Uint8Array): Buffer | undefined => {
  if (wrapped.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv("aes-256-gcm", master, wrapped.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(owner))
  decipher.setAuthTag(wrapped.subarray(wrapped.length - tagBytes))
  const material = decipher.update(wrapped.subarray(nonceBytes, wrapped.length - tagBytes))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return material
}
