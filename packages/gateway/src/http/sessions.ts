/** Signing in for development, and the stream token. */
import { toWire } from "@parley/domain/Timestamp"
import { decoder } from "@parley/domain/wire/decode"
import { DevLogin, PostDevLogin, PostStreamToken, StreamToken } from "@parley/domain/wire/http"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { StreamTokens } from "../auth/StreamTokens.ts"
import * as example from "../documents/exampleIds.ts"
import { refuse, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { authenticate, readBody } from "./Call.ts"
import { takeLogin } from "./limited.ts"

const decodeLogin = decoder(PostDevLogin)
const decodeStreamToken = decoder(PostStreamToken)

export const sessions: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/dev/login",
    about: {
      summary: "Sign in as anybody, in development",
      description:
        "Only with `PARLEY_DEV_LOGIN=true`; otherwise `not_found`. Registers the person. An application in production signs its own access tokens.",
      group: "Development",
      security: "none",
      body: { schema: PostDevLogin, example: { user_id: example.ann, name: "Ann" } },
      answers: { 200: { about: "An access token for this person.", schema: DevLogin } },
      errors: ["not_found", "rate_limited"],
    },
    handle: Effect.fn("POST /v1/dev/login")(function* (call, shared) {
      const { issue } = yield* AccessTokens
      if (issue === undefined) return yield* refuse("not_found", "Development login is off.")
      yield* takeLogin(shared, call.gate.address)
      const { user_id, name } = yield* readBody(call, decodeLogin, shared.limits.json_depth)
      const users = yield* Users
      yield* users
        .register({ actor: user_id, correlation: call.requestId }, name)
        .pipe(Effect.mapError(unavailable))
      const { token, expiresAt } = yield* issue(user_id)
      return json(200, { access_token: token, user_id, expires_at: toWire(expiresAt) })
    }),
  },
  {
    method: "POST",
    path: "/v1/ws/token",
    about: {
      summary: "Fetch a stream token",
      description:
        "Valid 60 seconds, for one connection of one device. Dial `url` with it: as `Authorization: Bearer …`, or from a browser as `Sec-WebSocket-Protocol: parley.v1, bearer.<token>`. A revoked device gets none until it is registered again: `forbidden`.",
      group: "Stream",
      security: "access",
      body: { schema: PostStreamToken, example: { device_id: example.device } },
      answers: { 200: { about: "A token and the address to dial.", schema: StreamToken } },
      errors: ["forbidden"],
    },
    // Untraced: thousands ask at once when they come back, and a span costs more than the token.
    handle: Effect.fnUntraced(function* (call, { limits }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const { device_id } = yield* readBody(call, decodeStreamToken, limits.json_depth)
      const users = yield* Users
      if (yield* users.isRevoked(access.userId, device_id).pipe(Effect.mapError(unavailable)))
        return yield* refuse("forbidden", "This device was revoked: register it again.")
      const tokens = yield* StreamTokens
      const { token, expiresAt } = yield* tokens.issue({
        userId: access.userId,
        deviceId: device_id,
        accessExpiresAt: access.expiresAt,
      })
      const secure =
        "encrypted" in call.request.socket || forwardedProto(call.request.headers["x-forwarded-proto"])
      const host = call.request.headers.host ?? "localhost"
      return json(200, {
        token,
        expires_at: toWire(expiresAt),
        url: `${secure ? "wss" : "ws"}://${host}/v1/stream?v=1`,
      })
    }),
  },
]

/** A proxy in front that speaks TLS says so. A caller who lies gets a URL that does not work for himself. */
const forwardedProto = (header: string | ReadonlyArray<string> | undefined): boolean => header === "https"
