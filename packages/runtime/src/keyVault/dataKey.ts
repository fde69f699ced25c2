/** A person's key material as the keys that are used. */
import { createSecretKey, hkdfSync } from "node:crypto"
import type { DataKey } from "../KeyVault.ts"

/** @param material 32 random bytes: the sealing key. The MAC key is derived from it and is of no use for sealing. */
export const dataKeyFrom = (owner: string, material: Buffer): DataKey => ({
  owner,
  seal: createSecretKey(material),
  mac: createSecretKey(Buffer.from(hkdfSync("sha256", material, "", "parley body mac", 32))),
})
