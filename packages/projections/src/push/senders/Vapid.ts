/**
 * The server's identity towards push services (VAPID, RFC 8292): a key pair on P-256 and whom to write to.
 *
 * Always true: the public key is the private one's. Subscriptions are bound to it: another pair makes all of them worthless.
 */
import { createECDH } from "node:crypto"
import * as Redacted from "effect/Redacted"

export interface Vapid {
  /** `mailto:` or `https:`. */
  readonly subject: string
  /** base64url, 65 bytes. */
  readonly publicKey: string
  /** base64url, 32 bytes. */
  readonly privateKey: Redacted.Redacted
}

/** Throws for what is no private key on P-256. */
export const vapidOf = (subject: string, privateKey: Redacted.Redacted): Vapid => {
  const curve = createECDH("prime256v1")
  curve.setPrivateKey(Buffer.from(Redacted.value(privateKey), "base64url"))
  return { subject, publicKey: curve.getPublicKey("base64url", "uncompressed"), privateKey }
}

export interface VapidSettings {
  readonly publicKey: string | undefined
  readonly privateKey: string | undefined
  readonly subject: string | undefined
}

export const vapidKeys = {
  publicKey: "PARLEY_VAPID_PUBLIC_KEY",
  privateKey: "PARLEY_VAPID_PRIVATE_KEY",
  subject: "PARLEY_VAPID_SUBJECT",
} as const

const isSubject = (text: string): boolean =>
  URL.canParse(text) && ["mailto:", "https:"].includes(new URL(text).protocol)

const bytesOf = (text: string): number =>
  /^[A-Za-z0-9_-]+$/.test(text) ? Buffer.from(text, "base64url").length : 0

/** The identity, none, or what is wrong with the settings: lines that begin with a key and hold no value. */
export const readVapid = (settings: VapidSettings): Vapid | undefined | ReadonlyArray<string> => {
  const { publicKey, privateKey, subject } = settings
  if (publicKey === undefined && privateKey === undefined && subject === undefined) return undefined
  const problems: Array<string> = []
  for (const name of ["publicKey", "privateKey", "subject"] as const)
    if (settings[name] === undefined)
      problems.push(`${vapidKeys[name]}: needed, as another of the three is set`)
  if (subject !== undefined && !isSubject(subject))
    problems.push(`${vapidKeys.subject}: expected a mailto: or https: address`)
  if (publicKey !== undefined && bytesOf(publicKey) !== 65)
    problems.push(`${vapidKeys.publicKey}: expected 65 bytes as base64url`)
  if (privateKey !== undefined && bytesOf(privateKey) !== 32)
    problems.push(`${vapidKeys.privateKey}: expected 32 bytes as base64url`)
  if (problems.length > 0) return problems
  try {
    const vapid = vapidOf(subject!, Redacted.make(privateKey!))
    return vapid.publicKey === publicKey
      ? vapid
      : [`${vapidKeys.publicKey}: is not the public key of ${vapidKeys.privateKey}`]
  } catch {
    return [`${vapidKeys.privateKey}: is no key on P-256`]
  }
}
