/**
 * The conversation's entity: one command loop for each conversation that is awake.
 *
 * Always true: handlers only join the loop's queue, so they run unbounded and in the order of arrival, and none joins that a later call
 * of the same process has overtaken; a defect of one request does not replay it for ever.
 */
import type { Limits } from "@parley/domain/limits"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Entity from "effect/cluster/Entity"
import type { Sharding } from "effect/cluster/Sharding"
import { Broker } from "../Broker.ts"
import { Unavailable } from "../errors.ts"
import { makeLoop } from "../entity/makeLoop.ts"
import type { EventStore } from "../EventStore.ts"
import { KeyVault } from "../KeyVault.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import { Spans } from "../telemetry/Spans.ts"
import { AwakeConversations } from "./AwakeConversations.ts"
import { callOrder } from "./callOrder.ts"
import { conversationAggregate } from "./conversationAggregate.ts"
import { ConversationEntity, conversationStream } from "./protocol.ts"

const overtaken = Effect.fail(new Unavailable({ reason: "a later call was faster" }))

/** @param maxIdleTime how long an entity stays awake after its last request. */
export const layer = (options: {
  readonly limits: Limits
  readonly maxIdleTime: Duration.Input
}): Layer.Layer<
  never,
  never,
  Sharding | AwakeConversations | Broker | EventStore | KeyVault | SnapshotStore
> =>
  ConversationEntity.toLayer(
    Effect.gen(function* () {
      const { entityId } = yield* Entity.CurrentAddress
      const [broker, vault, clock] = [yield* Broker, yield* KeyVault, yield* Clock.Clock]
      const loop = yield* makeLoop(
        conversationStream(entityId),
        conversationAggregate({
          id: entityId,
          vault,
          broker,
          limits: options.limits,
          now: () => clock.currentTimeMillisUnsafe(),
          spans: yield* Spans,
        }),
      )
      // After the loop: it is taken away before the loop stops.
      const awake = yield* AwakeConversations
      yield* awake.add(entityId, loop)
      const inOrder = callOrder()
      return ConversationEntity.of({
        Ask: ({ payload }) =>
          Effect.suspend(() => {
            const { call, correlation } = payload.origin
            if (call !== undefined && !inOrder(call)) return overtaken
            return loop.ask(payload, () => awake.arrived(entityId, correlation))
          }),
      })
    }),
    {
      concurrency: "unbounded",
      disableFatalDefects: true,
      maxIdleTime: options.maxIdleTime,
    },
  )
