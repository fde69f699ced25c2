/**
 * The cursor of `sync`: (epoch, log position), sealed for one user.
 *
 * Always true: what opens was made by this server for this user; nothing can be read from it or derived from two of them.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export interface Cursor {
  readonly epoch: string
  readonly position: number
}

const NONCE = 12
const TAG = 16
const Sealed = Schema.fromJsonString(Schema.Tuple([Schema.String, Schema.Int]))
const decode = Schema.decodeUnknownSync(Sealed)

export class Cursors {
  readonly #key: KeyObject

  /** @param secret the stream secret; the key is derived from it for this use alone. */
  constructor(secret: Redacted.Redacted) {
    this.#key = createSecretKey(
      Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "parley sync cursor", 32)),
    )
  }

  seal(user: string, cursor: Cursor): string {
    const nonce = randomBytes(NONCE)
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce)
    cipher.setAAD(Buffer.from(user))
    const text = cipher.update(JSON.stringify([cursor.epoch, cursor.position]), "utf8")
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
      const [epoch, position] = decode(opened + decipher.final("utf8"))
      return { epoch, position }
    } catch {
      return undefined
    }
  }
}
