/**
 * The cursor of `sync`: (epoch, log position), sealed for one user; and beside it the position up to which he has been told of markers
 * and receipts, which is often a little lower: notes may be lost, so it stays behind by some seconds.
 *
 * Always true: what opens was made by this server for this user; nothing can be read from it or derived from two of them.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from "node:crypto"
import { randomPool } from "@parley/runtime/randomPool"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export interface Cursor {
  readonly epoch: string
  readonly position: number
  /** At most `position`. */
  readonly told: number
  /** A sync by pages is under way. */
  readonly page?: PageMark
}

/** Where a sync by pages goes on (`syncPages.ts`). */
export interface PageMark {
  /** The log's head when it began: what it covers in the end. */
  readonly head: number
  /** Conversations placed here or later in the log are done. */
  readonly below: number
  /** Frames of the pages before. */
  readonly frames: number
  /** It began without a cursor. */
  readonly fresh: boolean
}

const NONCE = 12
const TAG = 16
/** Cursors of before there were receipts have no third part; the fourth is that of pages. */
const Sealed = Schema.fromJsonString(
  Schema.Tuple([
    Schema.String,
    Schema.Int,
    Schema.optionalKey(Schema.Int),
    Schema.optionalKey(
      Schema.Struct({ head: Schema.Int, below: Schema.Int, frames: Schema.Int, fresh: Schema.Boolean }),
    ),
  ]),
)
const fresh = randomPool()
const decode = Schema.decodeUnknownSync(Sealed)

export class Cursors {
  readonly #key: KeyObject

  /** @param secret the stream secret; the key is derived from it for this use alone. */
  constructor(secret: Redacted.Redacted) {
    this.#key = createSecretKey(
      Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "parley sync cursor", 32)),
    )
  }

  seal(user: string, cursor: Omit<Cursor, "told"> & Partial<Cursor>): string {
    const { epoch, page, position, told = position } = cursor
    const nonce = fresh(NONCE)
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce)
    cipher.setAAD(Buffer.from(user))
    const text = cipher.update(
      JSON.stringify([epoch, position, told, ...(page === undefined ? [] : [page])]),
      "utf8",
    )
    cipher.final()
    return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString("base64url")
  }

  /** `undefined`: no cursor of ours, or somebody else's. */
  open(user: string, text: string): Cursor | undefined {
    const sealed = Buffer.from(text, "base64url")
    if (sealed.length <= NONCE + TAG || sealed.toString("base64url") !== text) return undefined
    const decipher = createDecipheriv("aes-256-gcm", this.#key, sealed.subarray(0, NONCE), {
      authTagLength: TAG,
    })
    decipher.setAAD(Buffer.from(user))
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    try {
      const opened = decipher.update(sealed.subarray(NONCE, sealed.length - TAG), undefined, "utf8")
      const [epoch, position, told = position, page] = decode(opened + decipher.final("utf8"))
      return { epoch, position, told, ...(page === undefined ? {} : { page }) }
    } catch {
      return undefined
    }
  }
}
