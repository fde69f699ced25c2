/**
 * A secret of the server's own, kept in the data directory.
 *
 * Always true: made once, readable by the owner alone, whole on the disk before it is used: a crash leaves none or all of it.
 */
import { randomBytes } from "node:crypto"
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { StoreRefused, StoreUnavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const secretBytes = 32

const make = (path: string): string => {
  const secret = randomBytes(secretBytes).toString("base64url")
  const unfinished = `${path}.new`
  const file = openSync(unfinished, "w", 0o600)
  try {
    writeSync(file, secret)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
  const directory = openSync(dirname(path), "r")
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
  return secret
}

export const secretFile = (path: string): Effect.Effect<Redacted.Redacted, StoreRefused | StoreUnavailable> =>
  Effect.try({
    try: () => (existsSync(path) ? readFileSync(path, "utf8") : make(path)),
    catch: (cause) => new StoreUnavailable({ reason: `${path}: ${(cause as NodeJS.ErrnoException).code}` }),
  }).pipe(
    Effect.flatMap((secret) =>
      Buffer.byteLength(secret) < secretBytes
        ? Effect.fail(new StoreRefused({ path, reason: "corrupt", detail: "it does not hold a secret" }))
        : Effect.succeed(Redacted.make(secret)),
    ),
  )
