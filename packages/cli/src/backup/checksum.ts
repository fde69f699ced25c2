/** Size and SHA-256 of a file, read in pieces. */
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { basename } from "node:path"
import * as Effect from "effect/Effect"
import { CommandFailed, said } from "../CommandFailed.ts"
import type { CopiedFile } from "./manifest.ts"

const pieceBytes = 1024 * 1024

export const checksum = (file: string): Effect.Effect<CopiedFile, CommandFailed> =>
  Effect.tryPromise({
    try: async (signal) => {
      const hash = createHash("sha256")
      let bytes = 0
      for await (const piece of createReadStream(file, { highWaterMark: pieceBytes, signal })) {
        hash.update(piece as Buffer)
        bytes += (piece as Buffer).length
      }
      return { name: basename(file), bytes, sha256: hash.digest("hex") }
    },
    catch: (cause) => new CommandFailed({ reason: `${file} cannot be read: ${said(cause)}` }),
  })
