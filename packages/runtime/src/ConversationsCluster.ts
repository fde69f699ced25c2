/**
 * `Conversations` over the cluster: forwards each request to the conversation's entity, wherever its shard is.
 *
 * Always true: a full mailbox, a full runner and a shard in transit look the same to callers: `Unavailable`, try again.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Sharding } from "effect/cluster/Sharding"
import { Conversations } from "./Conversations.ts"
import { ConversationEntity } from "./conversation/protocol.ts"
import { Unavailable } from "./errors.ts"

export const layer: Layer.Layer<Conversations, never, Sharding> = Layer.effect(
  Conversations,
  Effect.gen(function* () {
    const clientOf = yield* ConversationEntity.client
    return {
      ask: (conversation, request) =>
        clientOf(conversation)
          .Ask(request)
          .pipe(
            Effect.mapError((failure) =>
              failure._tag === "Unavailable" ? failure : new Unavailable({ reason: failure._tag }),
            ),
          ),
    }
  }),
)
