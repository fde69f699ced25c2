/**
 * The conversations that are awake in this process, so that a caller in the same process joins the queue of one without going through
 * the layers that carry calls between nodes (30 to 40 µs each, more than everything else a send costs before its commit).
 *
 * Always true: it holds only loops of entities that the cluster has placed here, from their start until they begin to stop. Whoever
 * finds none asks the cluster, which wakes one. It decides nothing: the expected revision is the fence. The cluster, which puts to sleep what it
 * has not called for two minutes, is asked in any case when its last call was half a minute ago.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { ConversationReply, ConversationRequest } from "../Conversations.ts"
import type { Unavailable } from "../errors.ts"

const clusterCallEveryMs = 30_000

export interface AwakeConversation {
  readonly ask: (request: ConversationRequest) => Effect.Effect<ConversationReply, Unavailable>
  /** As `ask`, without a fiber. */
  readonly tell: (
    request: ConversationRequest,
    answered: (reply: ConversationReply | Unavailable) => void,
  ) => void
}

export class AwakeConversations extends Context.Service<
  AwakeConversations,
  {
    /**
     * Absent, too, while a call over the cluster has not joined the queue yet, since nobody may overtake it, and when the cluster must hear
     * that the conversation is in use.
     */
    readonly find: (conversation: string) => AwakeConversation | undefined
    /** Until the scope ends. */
    readonly add: (conversation: string, entity: AwakeConversation) => Effect.Effect<void, never, Scope.Scope>
    /** A call goes over the cluster. `correlation` names it. */
    readonly sent: (conversation: string, correlation: string) => void
    /** It has joined the entity's queue, or was answered. Idempotent. */
    readonly arrived: (conversation: string, correlation: string) => void
  }
>()("@parley/runtime/AwakeConversations") {
  static readonly layer: Layer.Layer<AwakeConversations> = Layer.effect(
    AwakeConversations,
    Effect.clockWith((clock) => Effect.sync(() => makeAwake(() => clock.currentTimeMillisUnsafe()))),
  )
}

const makeAwake = (now: () => number): AwakeConversations["Service"] => {
  const awake = new Map<string, { readonly entity: AwakeConversation; clusterCalledAt: number }>()
  const underWay = new Map<string, Set<string>>()
  return {
    find: (conversation) => {
      if (underWay.has(conversation)) return undefined
      const found = awake.get(conversation)
      return found !== undefined && now() - found.clusterCalledAt < clusterCallEveryMs
        ? found.entity
        : undefined
    },
    add: (conversation, entity) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          awake.set(conversation, { entity, clusterCalledAt: now() })
        }),
        () =>
          Effect.sync(() => {
            // A successor may have started already.
            if (awake.get(conversation)?.entity === entity) awake.delete(conversation)
          }),
      ),
    sent: (conversation, correlation) => {
      const found = awake.get(conversation)
      if (found !== undefined) found.clusterCalledAt = now()
      const calls = underWay.get(conversation)
      if (calls === undefined) underWay.set(conversation, new Set([correlation]))
      else calls.add(correlation)
    },
    arrived: (conversation, correlation) => {
      const calls = underWay.get(conversation)
      if (calls?.delete(correlation) === true && calls.size === 0) underWay.delete(conversation)
    },
  }
}
