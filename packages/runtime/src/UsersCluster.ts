/**
 * `Users` over the cluster, with a memory of whom this process has registered already.
 *
 * Always true: the memory saves calls and decides nothing; forgetting costs one call that changes nothing.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Sharding } from "effect/cluster/Sharding"
import { Unavailable } from "./errors.ts"
import { UserEntity } from "./user/protocol.ts"
import { Users } from "./Users.ts"

/** Beyond this the memory starts afresh. */
const maxRemembered = 100_000

export const layer: Layer.Layer<Users, never, Sharding> = Layer.effect(
  Users,
  Effect.gen(function* () {
    const clientOf = yield* UserEntity.client
    const registered = new Set<string>()
    return {
      register: (origin, name) => {
        if (name === undefined && registered.has(origin.actor)) return Effect.void
        return clientOf(origin.actor)
          .Ask({ _tag: "Register", origin, ...(name === undefined ? {} : { name }) })
          .pipe(
            Effect.mapError((failure) =>
              failure._tag === "Unavailable" ? failure : new Unavailable({ reason: failure._tag }),
            ),
            Effect.map(() => {
              if (registered.size >= maxRemembered) registered.clear()
              registered.add(origin.actor)
            }),
          )
      },
    }
  }),
)
