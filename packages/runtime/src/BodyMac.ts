/**
 * A keyed fingerprint of a body, for telling "the same again" from "another one" without keeping the body.
 *
 * Always true: it means nothing without the person's key, and nothing at all once that key is destroyed.
 * Not for: authenticity towards others; 16 bytes are enough to compare with.
 */
import { createHmac } from "node:crypto"
import type { DataKey } from "./KeyVault.ts"

/** 22 characters of base64url: the first 16 bytes of HMAC-SHA-256. */
export const macOf = (key: DataKey, text: string): string =>
  createHmac("sha256", key.mac).update(text, "utf8").digest().toString("base64url", 0, 16)
