/** A person's key material as keys ready for use. */
import { createSecretKey, hkdfSync } from "node:crypto"
import type { DataKey } from "../KeyVault.ts"

export const dataKeyBytes = 32

/** Takes the 32 bytes over: they are zeroed, only the key objects remain. */
export const dataKeyOf = (owner: string, material: Buffer): DataKey => {
  const seal = createSecretKey(material)
  const mac = createSecretKey(Buffer.from(hkdfSync("sha256", material, "", "parley body mac", dataKeyBytes)))
  material.fill(0)
  return { owner, seal, mac }
}
