/**
 * What a backup says of itself: `manifest.json` beside the log, `keys.json` beside the keys.
 *
 * Always true: written last, whole or not at all; a directory without it is no backup. A reader of a later format is told so.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CommandFailed, said } from "../CommandFailed.ts"

const CopiedFile = Schema.Struct({ name: Schema.String, bytes: Schema.Int, sha256: Schema.String })
export type CopiedFile = typeof CopiedFile.Type

const common = {
  version: Schema.Int,
  /** The same in both manifests of one backup. */
  backup: Schema.String,
  /** RFC 3339. */
  made_at: Schema.String,
  epoch: Schema.String,
  files: Schema.Array(CopiedFile),
}

/** `position`: of the last event in the log. */
export const LogManifest = Schema.Struct({
  format: Schema.Literal("parley-backup"),
  ...common,
  position: Schema.Int,
})
export type LogManifest = typeof LogManifest.Type

/** `master_key` "apart": the operator keeps it himself. */
export const KeysManifest = Schema.Struct({
  format: Schema.Literal("parley-keys"),
  ...common,
  master_key: Schema.Literals(["included", "apart"]),
  erased: Schema.Int,
})
export type KeysManifest = typeof KeysManifest.Type

export const formatVersion = 1

const names = { "parley-backup": "manifest.json", "parley-keys": "keys.json" } as const

const sync = (path: string): void => {
  const handle = openSync(path, "r")
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Durable when it returns. */
export const writeManifest = (directory: string, manifest: LogManifest | KeysManifest): void => {
  const file = join(directory, names[manifest.format])
  const handle = openSync(`${file}.new`, "wx", 0o600)
  try {
    writeSync(handle, `${JSON.stringify(manifest, undefined, 2)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(`${file}.new`, file)
  sync(directory)
}

const Head = Schema.Struct({ format: Schema.String, version: Schema.Int })

const read = <A>(schema: Schema.Codec<A, unknown>, directory: string, format: keyof typeof names): A => {
  const file = join(directory, names[format])
  if (!existsSync(file))
    throw new CommandFailed(
      !existsSync(directory)
        ? { reason: `there is no directory ${directory}.` }
        : readdirSync(directory).some((name) => /^(events|keys)\.db/.test(name))
          ? {
              reason: `${directory} holds an incomplete backup: it has no ${names[format]}, which is written last.`,
              remedy: "It was cut off. Take another one.",
            }
          : { reason: `${directory} is no backup of Parley's: it has no ${names[format]}.` },
    )
  const json = JSON.parse(readFileSync(file, "utf8")) as unknown
  const head = Schema.decodeUnknownSync(Head)(json)
  if (head.format !== format)
    throw new CommandFailed({ reason: `${file} is a manifest of something else (${head.format}).` })
  if (head.version > formatVersion)
    throw new CommandFailed({
      reason: `${file} was written by a newer version (format ${head.version}, this one knows ${formatVersion}).`,
    })
  return Schema.decodeUnknownSync(schema)(json)
}

const reading = <A>(schema: Schema.Codec<A, unknown>, directory: string, format: keyof typeof names) =>
  Effect.try({
    try: () => read(schema, directory, format),
    catch: (cause) =>
      cause instanceof CommandFailed
        ? cause
        : new CommandFailed({ reason: `the manifest in ${directory} cannot be read: ${said(cause)}` }),
  })

export const readLogManifest = (directory: string) => reading(LogManifest, directory, "parley-backup")
export const readKeysManifest = (directory: string) => reading(KeysManifest, directory, "parley-keys")
