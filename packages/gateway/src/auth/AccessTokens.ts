/**
 * Access tokens: JWTs of the embedding application (protocol, section 2).
 *
 * Always true: the algorithms are those of the configuration, never the token's; `sub` is a well-formed user id and `exp` is there.
 * A valid token makes its `sub` known before anything else happens.
 */
import { createSecretKey } from "node:crypto"
import { UserId } from "@parley/domain/ids"
import { Unavailable } from "@parley/runtime/errors"
import { Users } from "@parley/runtime/Users"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose"
import type { Config } from "../Config.ts"
import { signAccessToken } from "./signAccessToken.ts"

/** The token is missing, malformed, expired, or not of the configured key and algorithm. */
export class Unauthenticated extends Data.TaggedError("Unauthenticated") {}

export interface Access {
  readonly userId: string
  /** Milliseconds. */
  readonly expiresAt: number
  readonly scope: ReadonlyArray<string>
}

const toleranceSeconds = 5
const devLoginSeconds = 24 * 3_600
/** Verified tokens remembered until they expire: HTTP callers repeat them. Beyond this the memory starts afresh. */
const maxRemembered = 50_000

const isUserId = Schema.is(UserId)

/** The keys could not be fetched: nothing is known of the token. Everything else that `jose` throws is about the token. */
const keysOutOfReach = (cause: unknown): boolean =>
  !(cause instanceof errors.JOSEError) ||
  cause instanceof errors.JWKSTimeout ||
  cause instanceof errors.JWKSInvalid ||
  cause.code === errors.JOSEError.code

export class AccessTokens extends Context.Service<
  AccessTokens,
  {
    readonly verify: (
      token: string,
      correlation: string,
    ) => Effect.Effect<Access, Unauthenticated | Unavailable>
    /** For development login: signed with the server's own secret. `undefined` when that is off. */
    readonly issue:
      | ((userId: string) => Effect.Effect<{ readonly token: string; readonly expiresAt: number }>)
      | undefined
  }
>()("@parley/gateway/AccessTokens") {
  /** @param secret of HS256; ignored when the configuration names a JWKS. */
  static readonly layer = (
    config: Pick<Config, "jwt" | "devLogin">,
    secret: Redacted.Redacted,
  ): Layer.Layer<AccessTokens, never, Users> => Layer.effect(AccessTokens, make(config, secret))
}

const make = Effect.fnUntraced(function* (
  config: Pick<Config, "jwt" | "devLogin">,
  secret: Redacted.Redacted,
) {
  const users = yield* Users
  const clock = yield* Clock.Clock
  const key = createSecretKey(Buffer.from(Redacted.value(secret)))
  const { jwksUrl, issuer, audience } = config.jwt
  const options: JWTVerifyOptions = {
    algorithms: jwksUrl === undefined ? ["HS256"] : ["RS256", "ES256", "EdDSA"],
    requiredClaims: ["sub", "exp"],
    clockTolerance: toleranceSeconds,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  }
  const remote = jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl))
  const now = (): number => clock.currentTimeMillisUnsafe()
  const check = (token: string): Promise<{ payload: JWTPayload }> => {
    const at = { ...options, currentDate: new Date(now()) }
    return remote === undefined ? jwtVerify(token, key, at) : jwtVerify(token, remote, at)
  }
  const remembered = new Map<string, Access>()

  const verify = Effect.fnUntraced(function* (token: string, correlation: string) {
    const known = remembered.get(token)
    if (known !== undefined && known.expiresAt + toleranceSeconds * 1_000 > now()) return known
    const { payload } = yield* Effect.tryPromise({
      try: () => check(token),
      catch: (cause) =>
        remote !== undefined && keysOutOfReach(cause)
          ? new Unavailable({ reason: `the keys of ${jwksUrl} cannot be fetched` })
          : new Unauthenticated(),
    })
    if (!isUserId(payload.sub)) return yield* new Unauthenticated()
    const access: Access = {
      userId: payload.sub,
      expiresAt: payload.exp! * 1_000,
      scope: typeof payload["scope"] === "string" ? payload["scope"].split(" ") : [],
    }
    yield* users.register({ actor: access.userId, correlation })
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.set(token, access)
    return access
  })

  const issue = (userId: string) =>
    Effect.promise(async () => {
      const expiresAt = Math.floor(now() / 1_000) + devLoginSeconds
      const token = await signAccessToken(secret, { userId, expiresAt, issuer, audience })
      return { token, expiresAt: expiresAt * 1_000 }
    })

  return { verify, issue: config.devLogin ? issue : undefined }
})
