/**
 * The sender of a server: each push by the service that its device registered with.
 *
 * Always true: a service that is not configured takes nothing, and says which setting is missing; in a development install its pushes are
 * lines in the log instead.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { PushSender, type SendOutcome } from "../PushSender.ts"
import { type FcmOptions, makeFcmSender } from "./FcmSender.ts"
import { logPush } from "./LogSender.ts"
import { makeWebPushSender, type WebPushOptions } from "./WebPushSender.ts"

export interface SendersOptions {
  readonly fcm?: FcmOptions
  readonly webPush?: WebPushOptions
  /** Pushes for a service that is not configured are logged, and count as sent. */
  readonly development: boolean
}

const unconfigured = (key: string): Effect.Effect<SendOutcome> =>
  Effect.succeed({ _tag: "Rejected", reason: `${key} is not set` })

export const layer = ({ fcm, webPush, development }: SendersOptions): Layer.Layer<PushSender> =>
  Layer.effect(
    PushSender,
    Effect.gen(function* () {
      const byFcm = fcm === undefined ? undefined : yield* makeFcmSender(fcm)
      const byWebPush = webPush === undefined ? undefined : yield* makeWebPushSender(webPush)
      return {
        send: (target, notice) => {
          switch (target.provider) {
            case "fcm":
              if (byFcm !== undefined) return byFcm.send(target.token, notice)
              return development ? logPush(notice) : unconfigured("PARLEY_FCM_SERVICE_ACCOUNT")
            case "webpush":
              if (byWebPush !== undefined) return byWebPush.send(target.subscription, notice)
              return development ? logPush(notice) : unconfigured("PARLEY_VAPID_PRIVATE_KEY")
          }
        },
      }
    }),
  )
