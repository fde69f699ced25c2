/** The user's entity: one command loop for each user that is awake. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Entity from "effect/cluster/Entity"
import type { Sharding } from "effect/cluster/Sharding"
import { makeLoop } from "../entity/makeLoop.ts"
import type { EventStore } from "../EventStore.ts"
import { Broker } from "../Broker.ts"
import { KeyVault } from "../KeyVault.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import { UserEntity, userStream } from "./protocol.ts"
import { userAggregate } from "./userAggregate.ts"

/** @param maxIdleTime how long an entity stays awake after its last request. */
export const layer = (options: {
  readonly maxIdleTime: Duration.Input
}): Layer.Layer<never, never, Sharding | Broker | EventStore | KeyVault | SnapshotStore> =>
  UserEntity.toLayer(
    Effect.gen(function* () {
      const { entityId } = yield* Entity.CurrentAddress
      const [broker, vault, clock] = [yield* Broker, yield* KeyVault, yield* Clock.Clock]
      const loop = yield* makeLoop(
        userStream(entityId),
        userAggregate({ id: entityId, vault, broker, now: () => clock.currentTimeMillisUnsafe() }),
      )
      return UserEntity.of({ Ask: ({ payload }) => loop.ask(payload) })
    }),
    { concurrency: "unbounded", disableFatalDefects: true, maxIdleTime: options.maxIdleTime },
  )
