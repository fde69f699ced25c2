/**
 * Push as the routes of devices know it: what a browser needs to subscribe, and who has a token from now on.
 *
 * Always true: once a registration is answered, no other device is registered with the same token or subscription. A crash before the
 * answer leaves at most the earlier holder beside the new one, until the client asks again.
 */
import { allowedEndpoint } from "@parley/projections/push/senders/endpoint"
import { PushTargets } from "@parley/projections/push/targets/PushTargets"
import type { Push } from "@parley/domain/wire/users"
import type { Unavailable } from "@parley/runtime/errors"
import { Users } from "@parley/runtime/Users"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"

/** As it is kept: what a browser adds beside address and keys comes and goes, and would make one subscription look like two. */
export const plainPush = (push: Push): Push => {
  if (push.provider === "fcm") return push
  const { endpoint, keys } = push.subscription
  return { provider: "webpush", subscription: { endpoint, keys } }
}

export class DevicePushes extends Context.Service<
  DevicePushes,
  {
    /** Absent: no Web Push. */
    readonly vapidPublicKey?: string
    /** Why nothing can be sent there, ever; `undefined`: it can be tried. */
    readonly refusal: (push: Push) => string | undefined
    /** After its registration. `push` is plain. */
    readonly taken: (
      push: Push,
      holder: { readonly user: string; readonly device: string },
      correlation: string,
    ) => Effect.Effect<void, Unavailable>
  }
>()("@parley/gateway/DevicePushes") {
  static readonly layer = (options: {
    readonly vapidPublicKey?: string
    readonly privateEndpoints: boolean
  }): Layer.Layer<DevicePushes, never, PushTargets | Users> =>
    Layer.effect(
      DevicePushes,
      Effect.gen(function* () {
        const [targets, users] = [yield* PushTargets, yield* Users]
        // Of two who register one token at once, the later one in here has it.
        const oneByOne = Semaphore.makeUnsafe(1)
        const take = Effect.fnUntraced(function* (
          push: Push,
          holder: { readonly user: string; readonly device: string },
          correlation: string,
        ) {
          const earlier = yield* targets.holderOf(push)
          if (earlier !== undefined && (earlier.user !== holder.user || earlier.device !== holder.device))
            yield* users.ask({
              _tag: "DropPush",
              origin: { actor: earlier.user, correlation },
              device: earlier.device,
              push,
              because: "moved",
            })
          yield* targets.hold(push, holder)
        })
        return {
          ...(options.vapidPublicKey === undefined ? {} : { vapidPublicKey: options.vapidPublicKey }),
          refusal: (push) => {
            if (push.provider === "fcm") return undefined
            const allowed = allowedEndpoint(push.subscription.endpoint, options)
            return typeof allowed === "string" ? allowed : undefined
          },
          taken: (push, holder, correlation) => oneByOne.withPermits(1)(take(push, holder, correlation)),
        }
      }),
    )
}
