/** The sending half of push as the configuration makes it: the server's identity towards push services, and the sender. */
import type { PushSender } from "@parley/projections/push/PushSender"
import { layer as senders } from "@parley/projections/push/senders/senders"
import { type Vapid, vapidOf } from "@parley/projections/push/senders/Vapid"
import type { StoreRefused, StoreUnavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { secretFile } from "../auth/secretFile.ts"
import type { Config } from "../Config.ts"

/** Nobody reads it: push services write to it when a server misbehaves. */
const developmentSubject = "mailto:development@parley.invalid"

/** `undefined`: nothing is configured, and this is no development install. */
export const vapidFor = (
  { devLogin, push }: Pick<Config, "devLogin" | "push">,
  path: (name: string) => string,
): Effect.Effect<Vapid | undefined, StoreRefused | StoreUnavailable> =>
  push.vapid !== undefined || !devLogin
    ? Effect.succeed(push.vapid)
    : Effect.map(secretFile(path("vapid.secret")), (secret) => vapidOf(developmentSubject, secret))

export const sending = (
  { devLogin, push }: Pick<Config, "devLogin" | "push">,
  vapid: Vapid | undefined,
): Layer.Layer<PushSender> =>
  senders({
    development: devLogin,
    ...(push.fcm === undefined
      ? {}
      : {
          fcm: {
            account: push.fcm,
            ...(push.fcmProxy === undefined ? {} : { proxy: push.fcmProxy }),
          },
        }),
    ...(vapid === undefined ? {} : { webPush: { vapid, privateEndpoints: push.privateEndpoints } }),
  })
