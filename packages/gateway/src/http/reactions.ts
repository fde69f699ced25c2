/** Reacting to messages. */
import { Emoji } from "@parley/domain/wire/Emoji"
import { SeqAnswer } from "@parley/domain/wire/http"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { conversationParam, messageParam } from "../documents/parameters.ts"
import type { Parameter } from "../documents/RouteDescription.ts"
import { type Refused, refuse } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Handler, Route } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, type Call, originOf } from "./Call.ts"
import { takeMessage } from "./limited.ts"
import { conversationOf, messageOf } from "./named.ts"

const isEmoji = Schema.is(Emoji)

const emojiParam: Parameter = {
  about:
    "Percent-encoded: 1 to 32 code points and at most 64 bytes, without white space and control characters.",
  schema: Emoji,
  example: "👍",
}

const emojiOf = (call: Call): Effect.Effect<string, Refused> => {
  const emoji = call.params["emoji"]
  if (isEmoji(emoji)) return Effect.succeed(emoji)
  const message = "Expected 1 to 32 characters, at most 64 bytes, without white space and control characters"
  return Effect.fail(refuse("bad_request", "This is no emoji.", { errors: [{ path: "emoji", message }] }))
}

const path = "/v1/conversations/:id/messages/:message_id/reactions/:emoji"

const handle = (method: "PUT" | "DELETE", request: "AddReaction" | "RemoveReaction"): Handler =>
  Effect.fn(`${method} /v1/conversations/{id}/messages/{message_id}/reactions/{emoji}`)(
    function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const [id, messageId, emoji] = [
        yield* conversationOf(call),
        yield* messageOf(call),
        yield* emojiOf(call),
      ]
      yield* takeMessage(shared, access.userId, id)
      const { seq } = yield* ask("Done", id, {
        _tag: request,
        origin: originOf(call, access),
        messageId,
        emoji,
      })
      return json(200, { seq })
    },
  )

export const reactions: ReadonlyArray<Route> = [
  {
    method: "PUT",
    path,
    about: {
      summary: "React to a message",
      description:
        "The same again writes nothing. A message has at most 50 different emojis; a deleted one is `gone`.",
      group: "Messages",
      security: "access",
      params: { id: conversationParam, message_id: messageParam, emoji: emojiParam },
      answers: { 200: { about: "The reaction that stands.", schema: SeqAnswer, example: { seq: 45 } } },
      errors: ["bad_request", "forbidden", "not_found", "conflict", "gone", "unprocessable", "rate_limited"],
    },
    handle: handle("PUT", "AddReaction"),
  },
  {
    method: "DELETE",
    path,
    about: {
      summary: "Take a reaction back",
      description: "One's own. If there is none, nothing is written and the message's own `seq` is answered.",
      group: "Messages",
      security: "access",
      params: { id: conversationParam, message_id: messageParam, emoji: emojiParam },
      answers: { 200: { about: "The removal that stands.", schema: SeqAnswer, example: { seq: 46 } } },
      errors: ["bad_request", "forbidden", "not_found", "conflict", "gone", "rate_limited"],
    },
    handle: handle("DELETE", "RemoveReaction"),
  },
]
