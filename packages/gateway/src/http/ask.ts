/** Asking a conversation on behalf of a route. */
import type { ConversationAnswer } from "@parley/domain/conversation/commands"
import { Conversations, type ConversationRequest } from "@parley/runtime/Conversations"
import * as Effect from "effect/Effect"
import { StreamServer } from "../stream/StreamServer.ts"
import { outcomeOf } from "../telemetry/outcomeOf.ts"
import { type Refused, refusedByDomain, unavailable } from "../problems.ts"

export const ask = <Tag extends ConversationAnswer["_tag"]>(
  tag: Tag,
  conversation: string,
  request: ConversationRequest,
): Effect.Effect<
  Extract<ConversationAnswer, { readonly _tag: Tag }>,
  Refused,
  Conversations | StreamServer
> =>
  Effect.flatMap(Conversations, (conversations) => conversations.ask(conversation, request)).pipe(
    Effect.onExit((exit) =>
      Effect.map(StreamServer, ({ counters }) =>
        counters.meters.command(request.origin.accepted, outcomeOf(exit)),
      ),
    ),
    Effect.mapError(unavailable),
    Effect.flatMap((reply) => {
      if (reply._tag === "Rejected") return Effect.fail(refusedByDomain(reply.rejection))
      if (reply.answer._tag !== tag)
        return Effect.die(new Error(`${request._tag} was answered ${reply.answer._tag}`))
      return Effect.succeed(reply.answer as Extract<ConversationAnswer, { readonly _tag: Tag }>)
    }),
  )
