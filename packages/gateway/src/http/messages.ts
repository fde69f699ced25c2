/** Sending without a socket, editing, deleting. */
import { toWire } from "@parley/domain/Timestamp"
import { decoder } from "@parley/domain/wire/decode"
import { PatchMessage, PostMessage, PostMessageAnswer, SeqAnswer } from "@parley/domain/wire/http"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import * as example from "../documents/exampleIds.ts"
import { conversationParam, messageParam } from "../documents/parameters.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, originOf, readBody } from "./Call.ts"
import { takeMessage } from "./limited.ts"
import { conversationOf, messageOf } from "./named.ts"

const decodeMessage = decoder(PostMessage)
const decodeEdit = decoder(PatchMessage)

export const messages: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/messages",
    about: {
      summary: "Send a message without a socket",
      description:
        "Answered when it is durable. `(conversation, sender, client_msg_id)` names one message: sending it again writes nothing and answers as the first time; with another body it is `idempotency_mismatch`.",
      group: "Messages",
      security: "access",
      body: {
        schema: PostMessage,
        example: {
          conversation_id: example.conversation,
          client_msg_id: example.clientMessage,
          text: "Lunch at noon?",
        },
      },
      answers: {
        201: { about: "It is written.", schema: PostMessageAnswer },
        200: {
          about: "It stood already: the first answer, with `duplicate: true`.",
          schema: PostMessageAnswer,
        },
      },
      errors: ["forbidden", "not_found", "conflict", "idempotency_mismatch", "unprocessable", "rate_limited"],
    },
    handle: Effect.fn("POST /v1/messages")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const { conversation_id, client_msg_id, ...body } = yield* readBody(
        call,
        decodeMessage,
        shared.limits.json_depth,
      )
      yield* takeMessage(shared, access.userId, conversation_id)
      const { message_id, seq, ts, duplicate } = yield* ask("Sent", conversation_id, {
        _tag: "SendMessage",
        origin: originOf(call, access),
        clientMsgId: client_msg_id,
        body,
      })
      return json(duplicate ? 200 : 201, { message_id, seq, ts: toWire(ts), duplicate })
    }),
  },
  {
    method: "PATCH",
    path: "/v1/conversations/:id/messages/:message_id",
    about: {
      summary: "Edit a message",
      description:
        "One's own, while one is a member. The same text again writes nothing. A deleted message is `gone`; one that never had a text is `unprocessable`.",
      group: "Messages",
      security: "access",
      params: { id: conversationParam, message_id: messageParam },
      body: { schema: PatchMessage, example: { text: "Lunch at one?" } },
      answers: { 200: { about: "The edit that stands.", schema: SeqAnswer, example: { seq: 43 } } },
      errors: ["forbidden", "not_found", "conflict", "gone", "unprocessable", "rate_limited"],
    },
    handle: Effect.fn("PATCH /v1/conversations/{id}/messages/{message_id}")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const [id, messageId] = [yield* conversationOf(call), yield* messageOf(call)]
      const { text } = yield* readBody(call, decodeEdit, shared.limits.json_depth)
      yield* takeMessage(shared, access.userId, id)
      const { seq } = yield* ask("Done", id, {
        _tag: "EditMessage",
        origin: originOf(call, access),
        messageId,
        text,
      })
      return json(200, { seq })
    }),
  },
  {
    method: "DELETE",
    path: "/v1/conversations/:id/messages/:message_id",
    about: {
      summary: "Delete a message",
      description:
        "One's own, or, as an admin or owner, anybody's. It keeps its place without its body. Deleting it again answers the deletion that stands.",
      group: "Messages",
      security: "access",
      params: { id: conversationParam, message_id: messageParam },
      answers: { 200: { about: "The deletion that stands.", schema: SeqAnswer, example: { seq: 44 } } },
      errors: ["forbidden", "not_found", "conflict", "rate_limited"],
    },
    handle: Effect.fn("DELETE /v1/conversations/{id}/messages/{message_id}")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const [id, messageId] = [yield* conversationOf(call), yield* messageOf(call)]
      yield* takeMessage(shared, access.userId, id)
      const { seq } = yield* ask("Done", id, {
        _tag: "DeleteMessage",
        origin: originOf(call, access),
        messageId,
      })
      return json(200, { seq })
    }),
  },
]
