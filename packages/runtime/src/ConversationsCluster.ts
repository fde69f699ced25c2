/**
 * `Conversations` over the cluster: forwards each request to the conversation's entity, wherever its shard is; to one that is awake in
 * this very process it speaks directly.
 *
 * Always true: the order of the calls is the order in which they join the entity's queue: while a call of this process is on its
 * way over the cluster, later ones to the same conversation take the same way, and one that was overtaken there is refused. A full
 * mailbox, a full runner and a shard in transit look the same to callers: `Unavailable`, try again.
 */
import { randomUUID } from "node:crypto"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Sharding } from "effect/cluster/Sharding"
import { AwakeConversations } from "./conversation/AwakeConversations.ts"
import { ConversationEntity } from "./conversation/protocol.ts"
import { Conversations, type ConversationReply, type ConversationRequest } from "./Conversations.ts"
import { answeredWithin, patience } from "./cluster/answeredWithin.ts"
import type { Unavailable } from "./errors.ts"

/**
 * @param within how long the cluster may look for a runner that answers, by default a little longer than an entity waits for the store;
 *   beyond it `Unavailable`, outcome unknown: send again with the same key.
 */
export const layer = (
  within: Duration.Input = patience,
): Layer.Layer<Conversations, never, Sharding | AwakeConversations> =>
  Layer.effect(Conversations, make(within))

const make = Effect.fnUntraced(function* (
  within: Duration.Input,
): Effect.fn.Return<Conversations["Service"], never, Sharding | AwakeConversations> {
  const clientOf = yield* ConversationEntity.client
  const [awake, clock] = [yield* AwakeConversations, yield* Clock.Clock]
  const processId = randomUUID()
  let sent = 0

  const overCluster = (
    conversation: string,
    request: ConversationRequest,
  ): Effect.Effect<ConversationReply, Unavailable> => {
    const { correlation } = request.origin
    awake.sent(conversation, correlation)
    const call = { process: processId, number: ++sent, at: clock.currentTimeMillisUnsafe() }
    const origin = { ...request.origin, call }
    return clientOf(conversation)
      .Ask({ ...request, origin })
      .pipe(
        answeredWithin(within),
        Effect.ensuring(Effect.sync(() => awake.arrived(conversation, correlation))),
      )
  }

  return {
    ask: (conversation, request) =>
      Effect.suspend(() => {
        const direct = awake.find(conversation)
        return direct === undefined ? overCluster(conversation, request) : direct.ask(request)
      }),
    tell: (conversation, request, answered) => {
      const direct = awake.find(conversation)
      if (direct === undefined) return false
      direct.tell(request, answered)
      return true
    },
  }
})
