/** What a browser must know to subscribe. */
import { PushConfig } from "@parley/domain/wire/users"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { DevicePushes } from "../push/DevicePushes.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { authenticate } from "./Call.ts"

export const pushConfig: ReadonlyArray<Route> = [
  {
    method: "GET",
    path: "/v1/push/config",
    about: {
      summary: "What a browser needs to subscribe to Web Push",
      description:
        "`vapid_public_key` is the `applicationServerKey` of `pushManager.subscribe`. Absent: this server sends no Web Push.",
      group: "Devices",
      security: "access",
      answers: { 200: { about: "The server's public key, if it has one.", schema: PushConfig } },
      errors: [],
    },
    handle: Effect.fn("GET /v1/push/config")(function* (call) {
      yield* authenticate(yield* AccessTokens, call)
      const { vapidPublicKey } = yield* DevicePushes
      const config: PushConfig = vapidPublicKey === undefined ? {} : { vapid_public_key: vapidPublicKey }
      return json(200, config)
    }),
  },
]
