/** Signs an access token with the secret that the server of this configuration would check it with. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { toWire } from "@parley/domain/Timestamp"
import { signAccessToken } from "@parley/gateway/auth/signAccessToken"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { CommandFailed } from "./CommandFailed.ts"
import { note, print, printJson } from "./output.ts"
import { type Settings, settings } from "./settings.ts"

export interface TokenOptions {
  readonly user: string
  /** Seconds. */
  readonly ttl: number
  readonly scope: string | undefined
  readonly name: string | undefined
  readonly dataDir: Option.Option<string>
  readonly json: boolean
}

const secretOf = ({ config, dataDir }: Settings): Effect.Effect<Redacted.Redacted, CommandFailed> => {
  if (config.jwt.jwksUrl !== undefined)
    return Effect.fail(
      new CommandFailed({
        reason: `tokens are checked with the public keys of ${config.jwt.jwksUrl}: only whoever holds the private ones can sign.`,
        remedy:
          "Ask the service that signs your users in, or set PARLEY_JWT_SECRET in place of PARLEY_JWKS_URL.",
      }),
    )
  if (config.jwt.secret !== undefined) return Effect.succeed(config.jwt.secret)
  const file = join(dataDir, "access.secret")
  return Effect.try({
    try: () => Redacted.make(readFileSync(file, "utf8")),
    catch: (cause) =>
      new CommandFailed({
        reason: `there is no secret to sign with: PARLEY_JWT_SECRET is not set, and ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
        remedy:
          "Set PARLEY_JWT_SECRET as the server has it, or name the data directory of a server with development login (--data-dir).",
      }),
  }).pipe(Effect.tap(() => Effect.sync(() => note(`Signed for development login, with ${file}.`))))
}

export const token = Effect.fnUntraced(function* (options: TokenOptions) {
  const known = yield* settings(options.dataDir)
  const secret = yield* secretOf(known)
  const expiresAt = Math.floor(Date.now() / 1_000) + options.ttl
  const { user: userId, scope, name } = options
  const { issuer, audience } = known.config.jwt
  const signed = yield* Effect.promise(() =>
    signAccessToken(secret, { userId, expiresAt, issuer, audience, scope, name }),
  )
  if (options.json)
    printJson({
      access_token: signed,
      user_id: userId,
      expires_at: toWire(expiresAt * 1_000),
      ...(scope === undefined ? {} : { scope }),
    })
  else print(signed)
})
