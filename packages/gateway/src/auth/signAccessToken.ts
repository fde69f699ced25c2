/** Signs an access token with the server's own secret: what development login and `parley token` hand out. */
import * as Redacted from "effect/Redacted"
import { SignJWT } from "jose"

export interface Claims {
  readonly userId: string
  /** Seconds since the Unix epoch. */
  readonly expiresAt: number
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
  /** Space-separated, as in the token. */
  readonly scope?: string | undefined
  readonly name?: string | undefined
}

export const signAccessToken = (secret: Redacted.Redacted, claims: Claims): Promise<string> => {
  const { userId, expiresAt, issuer, audience, scope, name } = claims
  return new SignJWT({
    ...(scope === undefined ? {} : { scope }),
    ...(name === undefined ? {} : { name }),
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(userId)
    .setExpirationTime(expiresAt)
    .setIssuer(issuer ?? "parley-development")
    .setAudience(audience ?? "parley")
    .sign(Buffer.from(Redacted.value(secret)))
}
