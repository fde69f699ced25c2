/** Signing in for development, and the stream token. */
import { toWire } from "@parley/domain/Timestamp"
import { decoder } from "@parley/domain/wire/decode"
import { PostDevLogin, PostStreamToken } from "@parley/domain/wire/http"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { StreamTokens } from "../auth/StreamTokens.ts"
import { refuse, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { authenticate, readBody } from "./Call.ts"

const decodeLogin = decoder(PostDevLogin)
const decodeStreamToken = decoder(PostStreamToken)

export const sessions: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/dev/login",
    handle: Effect.fn("POST /v1/dev/login")(function* (call, { limits }) {
      const { issue } = yield* AccessTokens
      if (issue === undefined) return yield* refuse("not_found", "Development login is off.")
      const { user_id, name } = yield* readBody(call, decodeLogin, limits.json_depth)
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
    handle: Effect.fn("POST /v1/ws/token")(function* (call, { limits }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const { device_id } = yield* readBody(call, decodeStreamToken, limits.json_depth)
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
