/**
 * The master key: 32 random bytes as one line of base64 in a file that only its owner may read.
 *
 * Always true: a key file is complete and on the disk before anything is wrapped with it, and an existing one is never written to.
 * Back it up apart from the vault: each is worthless without the other.
 */
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto"
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { VaultUnavailable } from "../errors.ts"

const keyBytes = 32

const keyFrom = (line: string): KeyObject | undefined => {
  const bytes = Buffer.from(line.trim(), "base64")
  if (bytes.length !== keyBytes || bytes.toString("base64") !== line.trim()) return undefined
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

const isAbsent = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "ENOENT"

const fsyncPath = (path: string): void => {
  const descriptor = openSync(path, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Written under another name and linked: a crash leaves the whole key or none, and a key that appeared meanwhile stays. */
const makeFile = (file: string): void => {
  const draft = `${file}.${randomBytes(6).toString("hex")}.draft`
  const descriptor = openSync(draft, "wx", 0o600)
  try {
    writeSync(descriptor, `${randomBytes(keyBytes).toString("base64")}\n`)
    fsyncSync(descriptor)
    linkSync(draft, file)
  } finally {
    closeSync(descriptor)
    unlinkSync(draft)
  }
  fsyncPath(dirname(file))
}

const unavailable =
  (what: string) =>
  (cause: unknown): VaultUnavailable =>
    new VaultUnavailable({ reason: `${what}: ${cause instanceof Error ? cause.message : String(cause)}` })

/** The key in the file; `undefined` when there is no file. A file that holds no key is `VaultUnavailable`. */
export const readMasterKey = Effect.fnUntraced(function* (
  file: string,
): Effect.fn.Return<KeyObject | undefined, VaultUnavailable> {
  const line = yield* Effect.try({ try: () => readFileSync(file, "utf8"), catch: (cause) => cause }).pipe(
    Effect.catchIf(isAbsent, () => Effect.succeed(undefined)),
    Effect.mapError(unavailable(`The master key file ${file} cannot be read`)),
  )
  if (line === undefined) return undefined
  const key = keyFrom(line)
  if (key === undefined)
    return yield* new VaultUnavailable({
      reason: `The master key file ${file} does not hold one line of base64 for ${keyBytes} bytes`,
    })
  return key
})

/** Makes the file and reads it back. */
export const makeMasterKey = Effect.fnUntraced(function* (
  file: string,
): Effect.fn.Return<KeyObject, VaultUnavailable> {
  yield* Effect.try({
    try: () => makeFile(file),
    catch: unavailable(`The master key file ${file} cannot be made`),
  })
  const key = yield* readMasterKey(file)
  return key ?? (yield* new VaultUnavailable({ reason: `The master key file ${file} vanished` }))
})
