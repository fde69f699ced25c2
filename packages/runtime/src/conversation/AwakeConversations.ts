/**
 * The conversations that are awake in this process, so that a caller in the same process joins the queue of one without going through
 * the layers that carry calls between nodes (30 to 40 µs each, more than everything else a send costs before its commit).
 *
 * Always true: it holds only loops of entities that the cluster has placed here, from their start until they begin to stop. Whoever
 * finds none asks the cluster, which wakes one. It decides nothing: the expected revision is the fence.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { ConversationReply, ConversationRequest } from "../Conversations.ts"
import type { Unavailable } from "../errors.ts"

export type Ask = (request: ConversationRequest) => Effect.Effect<ConversationReply, Unavailable>

export class AwakeConversations extends Context.Service<
  AwakeConversations,
  {
    readonly find: (conversation: string) => Ask | undefined
    /** Until the scope ends. */
    readonly add: (conversation: string, ask: Ask) => Effect.Effect<void, never, Scope.Scope>
  }
>()("@parley/runtime/AwakeConversations") {
  static readonly layer: Layer.Layer<AwakeConversations> = Layer.sync(AwakeConversations, () => {
    const awake = new Map<string, Ask>()
    return {
      find: (conversation) => awake.get(conversation),
      add: (conversation, ask) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            awake.set(conversation, ask)
          }),
          () =>
            Effect.sync(() => {
              // A successor may have started already.
              if (awake.get(conversation) === ask) awake.delete(conversation)
            }),
        ),
    }
  })
}
