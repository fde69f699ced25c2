/**
 * Ids made here: random ones for what is new, derived ones for what two parties must name alike.
 *
 * Always true: a random id has at least 80 bits of the system's randomness; a derived one depends on its arguments alone.
 * Not for: secrets. An id is no proof of anything.
 */
import { hash } from "node:crypto"
import { randomPool } from "./randomPool.ts"

const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

const fresh = randomPool()

/** `count` characters of five bits each, from the first bit of `bytes` on. */
const base32 = (bytes: Uint8Array, count: number): string => {
  let text = ""
  let bits = 0
  let held = 0
  for (let at = 0; text.length < count;) {
    if (held < 5) {
      bits = ((bits & 0x1f) << 8) | bytes[at++]!
      held += 8
    }
    held -= 5
    text += crockford[(bits >> held) & 0x1f]
  }
  return text
}

/** Ten characters for 48 bits of milliseconds. Kept for the millisecond: most ids are made in the same one as the last. */
let lastTime = -1
let lastTimeText = ""
const timeText = (now: number): string => {
  if (now === lastTime) return lastTimeText
  let text = ""
  for (let rest = now; text.length < 10; rest = Math.floor(rest / 32)) text = crockford[rest % 32] + text
  lastTime = now
  lastTimeText = text
  return text
}

/** A ULID in lower case: 48 bits of time, 80 of randomness. Not ordered within a millisecond. */
const ulid = (now: number): string => timeText(now) + base32(fresh(10), 16)

/** `now` in milliseconds. */
export const conversationId = (now: number): string => `cnv_${ulid(now)}`

/** The random part of a message id: 18 characters, 90 bits. */
export const messageEntropy = (): string => base32(fresh(12), 18)

/** 32 hex digits, minted once per decided event and never derived from anything. */
export const eventId = (): string => fresh(16).toString("hex")

/** 130 bits of SHA-256 over the parts, each preceded by its length, so that no two lists of parts read the same. */
const derived = (...parts: ReadonlyArray<string>): string =>
  base32(hash("sha256", parts.map((part) => `${part.length}:${part}`).join(""), "buffer"), 26)

/** The conversation of two users, whoever of them asks. */
export const directConversationId = (a: string, b: string): string =>
  `cnv_${a < b ? derived("direct", a, b) : derived("direct", b, a)}`

/** The group that this user's request with this `Idempotency-Key` on this route makes, however often it is sent. */
export const groupIdFor = (user: string, route: string, key: string): string =>
  `cnv_${derived("group", user, route, key)}`
