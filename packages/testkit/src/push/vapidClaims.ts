/** The check that a push service makes of who asks (RFC 8292). */
import { createPublicKey, verify } from "node:crypto"

export interface VapidClaims {
  readonly aud: string
  readonly exp: number
  readonly sub: string
}

const json = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Record<string, unknown>

/** The claims of an `Authorization: vapid t=…, k=…` signed by `k`. Throws for any other. */
export const vapidClaims = (
  authorization: string | undefined,
  expected: { readonly publicKey: string; readonly origin: string },
): VapidClaims => {
  const [, token, key] = /^vapid t=([^,\s]+), ?k=(\S+)$/.exec(authorization ?? "") ?? []
  if (token === undefined || key === undefined) throw new Error("no vapid authorization")
  if (key !== expected.publicKey) throw new Error("signed as another server than the subscription is for")
  const [header, claims, signature] = token.split(".") as [string, string, string]
  if (json(header)["alg"] !== "ES256") throw new Error("not ES256")
  const point = Buffer.from(key, "base64url")
  const x = point.subarray(1, 33).toString("base64url")
  const y = point.subarray(33).toString("base64url")
  const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" })
  const signed = verify(
    "sha256",
    Buffer.from(`${header}.${claims}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  )
  if (!signed) throw new Error("a bad signature")
  const { aud, exp, sub } = json(claims)
  const now = Date.now() / 1_000
  if (aud !== expected.origin) throw new Error(`meant for ${String(aud)}`)
  if (typeof exp !== "number" || exp < now || exp > now + 86_400)
    throw new Error("not valid now, or for too long")
  if (typeof sub !== "string" || !/^(mailto|https):/.test(sub)) throw new Error("nobody to write to")
  return { aud, exp, sub }
}
