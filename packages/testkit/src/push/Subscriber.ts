/**
 * A browser's end of Web Push, written from the RFCs and sharing nothing with the sender: its keys, and the opening of what was sealed for
 * them (RFC 8188, RFC 8291).
 */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto"

const text = (value: string): Buffer => Buffer.from(`${value}\0`)
const derive = (secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, length))

export class Subscriber {
  readonly #curve = createECDH("prime256v1")
  readonly #auth = randomBytes(16)
  readonly keys: { readonly p256dh: string; readonly auth: string }

  constructor() {
    this.#curve.generateKeys()
    this.keys = { p256dh: this.#curve.getPublicKey("base64url"), auth: this.#auth.toString("base64url") }
  }

  /** The one record of an `aes128gcm` body. Throws when it was not sealed for these keys. */
  open(body: Buffer): string {
    const salt = body.subarray(0, 16)
    const idLength = body.readUInt8(20)
    const senderKey = body.subarray(21, 21 + idLength)
    const record = body.subarray(21 + idLength)
    if (body.readUInt32BE(16) < record.length) throw new Error("more than one record")
    const shared = this.#curve.computeSecret(senderKey)
    const keyInfo = Buffer.concat([text("WebPush: info"), this.#curve.getPublicKey(), senderKey])
    const input = derive(shared, this.#auth, keyInfo, 32)
    const key = derive(input, salt, text("Content-Encoding: aes128gcm"), 16)
    const nonce = derive(input, salt, text("Content-Encoding: nonce"), 12)
    const decipher = createDecipheriv("aes-128-gcm", key, nonce)
    decipher.setAuthTag(record.subarray(-16))
    const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()])
    const end = padded.lastIndexOf(2)
    if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error("not the last record")
    return padded.subarray(0, end).toString("utf8")
  }
}
