/**
 * Stream tokens: JWTs of the server's own, each for one connection of one user and device within 60 s.
 *
 * Always true: HS256 with a key derived from the stream secret for this use alone, so no other token passes as one and none of them
 * as another. Signed and checked here and now: in a reconnect storm a hop to another thread and back for each would wait behind
 * everybody else's. A token is used up by the connection that it opens, and by nothing else. Not for: access tokens.
 */
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from "node:crypto"
import { randomPool } from "@parley/runtime/randomPool"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type UseOnce, usedHere } from "./useOnce.ts"

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

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url")
const fresh = randomPool()

const Claims = Schema.Struct({
  iss: Schema.Literal(ISSUER),
  aud: Schema.Literal(AUDIENCE),
  jti: Schema.String,
  sub: Schema.String,
  exp: Schema.Int,
  dev: Schema.String,
  /** Milliseconds. */
  axp: Schema.Int,
})
const decodeClaims = Schema.decodeUnknownEffect(Schema.fromJsonString(Claims))

export class StreamTokens extends Context.Service<
  StreamTokens,
  {
    /** `accessExpiresAt`, `expiresAt`: milliseconds. Some 10 µs. */
    readonly issue: (to: {
      readonly userId: string
      readonly deviceId: string
      readonly accessExpiresAt: number
    }) => Effect.Effect<{ readonly token: string; readonly expiresAt: number }>
    /** Without tolerance. Does not use it up. */
    readonly verify: (token: string) => Effect.Effect<StreamGrant, BadStreamToken>
    /** True the first time for each grant (`useOnce.ts`). */
    readonly use: (grant: StreamGrant) => Effect.Effect<boolean>
  }
>()("@parley/gateway/StreamTokens") {
  /** @param secret the stream secret, the same on every gateway. */
  static readonly layer = (
    secret: Redacted.Redacted,
    useOnce: (now: () => number) => UseOnce = usedHere,
  ): Layer.Layer<StreamTokens> =>
    Layer.effect(
      StreamTokens,
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const now = () => clock.currentTimeMillisUnsafe()
        const key = createSecretKey(
          Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "parley stream token", 32)),
        )
        const used = useOnce(now)

        const macOf = (signed: string): Buffer => createHmac("sha256", key).update(signed).digest()

        const issue = (to: {
          readonly userId: string
          readonly deviceId: string
          readonly accessExpiresAt: number
        }) =>
          Effect.sync(() => {
            // Whole seconds, as JWTs have it: rounded down, so that it never lives longer than it says.
            const expiresAt = Math.floor((now() + STREAM_TOKEN_MS) / 1_000) * 1_000
            const claims: typeof Claims.Type = {
              iss: ISSUER,
              aud: AUDIENCE,
              jti: fresh(15).toString("base64url"),
              sub: to.userId,
              exp: expiresAt / 1_000,
              dev: to.deviceId,
              axp: to.accessExpiresAt,
            }
            const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`
            return { token: `${signed}.${macOf(signed).toString("base64url")}`, expiresAt }
          })

        const verify = (token: string) =>
          Effect.suspend(() => {
            const end = token.lastIndexOf(".")
            const signed = token.slice(0, end)
            const mac = macOf(signed)
            const given = Buffer.from(token.slice(end + 1), "base64url")
            // The header is the one that this server writes: there is no algorithm to choose.
            if (
              !signed.startsWith(`${HEADER}.`) ||
              given.length !== mac.length ||
              !timingSafeEqual(given, mac)
            )
              return new BadStreamToken()
            const text = Buffer.from(signed.slice(HEADER.length + 1), "base64url").toString()
            return decodeClaims(text).pipe(
              Effect.mapError(() => new BadStreamToken()),
              Effect.filterOrFail(
                ({ exp }) => exp * 1_000 > now(),
                () => new BadStreamToken(),
              ),
              Effect.map((claims) => ({
                id: claims.jti,
                user: claims.sub,
                device: claims.dev,
                expiresAt: claims.exp * 1_000,
                accessExpiresAt: claims.axp,
              })),
            )
          })

        return { issue, verify, use: (grant) => used(grant.id, grant.expiresAt) }
      }),
    )
}
