/**
 * A secret of the server's own, kept in the data directory.
 *
 * Always true: made once, readable by the owner alone, on the disk before it is used.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs"
import { randomBytes } from "node:crypto"
import * as Redacted from "effect/Redacted"

export const secretFile = (path: string): Redacted.Redacted => {
  if (existsSync(path)) {
    const kept = readFileSync(path, "utf8")
    if (kept.length < 32) throw new Error(`${path} does not hold a secret`)
    return Redacted.make(kept)
  }
  const secret = randomBytes(32).toString("base64url")
  const file = openSync(path, "wx", 0o600)
  writeSync(file, secret)
  fsyncSync(file)
  closeSync(file)
  return Redacted.make(secret)
}
