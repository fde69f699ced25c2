/**
 * Stream tokens: JWTs of the server's own, each for one connection of one user and device within 60 s.
 *
 * Always true: HS256 with a key derived from the stream secret for this use alone, so no other token passes as one and none of them
 * as another. A token is used up by the connection that it opens, and by nothing else. Not for: access tokens.
 */
import { createSecretKey, hkdfSync, randomBytes } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { SignJWT, jwtVerify } from "jose"

export const STREAM_TOKEN_MS = 60_000
const ISSUER = "parley"
const AUDIENCE = "parley-stream"

/** The token is no stream token of this server, is expired, or names nobody. */
export class BadStreamToken extends Schema.TaggedError<BadStreamToken>()("BadStreamToken", {}) {}

/** Times in milliseconds. */
export interface StreamGrant {
  readonly id: string
  readonly user: string
  readonly device: string
  readonly expiresAt: number
  /** When the access token behind it expires, and with it the connection. */
  readonly accessExpiresAt: number
}

const Claims = Schema.Struct({
  jti: Schema.String,
  sub: Schema.String,
  exp: Schema.Int,
  dev: Schema.String,
  /** Milliseconds. */
  axp: Schema.Int,
})
const decodeClaims = Schema.decodeUnknownEffect(Claims)

export class StreamTokens extends Context.Service<
  StreamTokens,
  {
    /** `accessExpiresAt`, `expiresAt`: milliseconds. About 50 µs. */
    readonly issue: (to: {
      readonly userId: string
      readonly deviceId: string
      readonly accessExpiresAt: number
    }) => Effect.Effect<{ readonly token: string; readonly expiresAt: number }>
    /** Without tolerance. Does not use it up. */
    readonly verify: (token: string) => Effect.Effect<StreamGrant, BadStreamToken>
    /** True the first time for each grant. It remembers a grant until it expires, in this process. */
    readonly use: (grant: StreamGrant) => boolean
  }
>()("@parley/gateway/StreamTokens") {
  /** @param secret the stream secret, the same on every gateway. */
  static readonly layer = (secret: Redacted.Redacted): Layer.Layer<StreamTokens> =>
    Layer.effect(
      StreamTokens,
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const now = () => clock.currentTimeMillisUnsafe()
        const key = createSecretKey(
          Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "parley stream token", 32)),
        )
        const used = usedIds(now)

        const issue = Effect.fn("StreamTokens.issue")(function* (to: {
          readonly userId: string
          readonly deviceId: string
          readonly accessExpiresAt: number
        }) {
          // Whole seconds, as JWTs have it: rounded down, so that it never lives longer than it says.
          const expiresAt = Math.floor((now() + STREAM_TOKEN_MS) / 1_000) * 1_000
          const token = yield* Effect.promise(() =>
            new SignJWT({ dev: to.deviceId, axp: to.accessExpiresAt })
              .setProtectedHeader({ alg: "HS256", typ: "JWT" })
              .setIssuer(ISSUER)
              .setAudience(AUDIENCE)
              .setSubject(to.userId)
              .setJti(randomBytes(15).toString("base64url"))
              .setExpirationTime(expiresAt / 1_000)
              .sign(key),
          )
          return { token, expiresAt }
        })

        const verify = Effect.fn("StreamTokens.verify")(function* (token: string) {
          const { payload } = yield* Effect.tryPromise({
            try: () =>
              jwtVerify(token, key, {
                algorithms: ["HS256"],
                issuer: ISSUER,
                audience: AUDIENCE,
                requiredClaims: ["jti", "sub", "exp"],
                clockTolerance: 0,
                currentDate: new Date(now()),
              }),
            catch: () => new BadStreamToken(),
          })
          const claims = yield* Effect.mapError(decodeClaims(payload), () => new BadStreamToken())
          return {
            id: claims.jti,
            user: claims.sub,
            device: claims.dev,
            expiresAt: claims.exp * 1_000,
            accessExpiresAt: claims.axp,
          }
        })

        return { issue, verify, use: (grant) => used(grant.id, grant.expiresAt) }
      }),
    )
}

/** Remembers ids until they expire. They live equally long, so the oldest stand first, give or take that life. */
const usedIds = (now: () => number): ((id: string, expiresAt: number) => boolean) => {
  const ids = new Map<string, number>()
  return (id, expiresAt) => {
    const at = now()
    for (const [old, until] of ids) {
      if (until > at) break
      ids.delete(old)
    }
    if (ids.has(id) || expiresAt <= at) return false
    ids.set(id, expiresAt)
    return true
  }
}
