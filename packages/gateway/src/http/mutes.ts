/** Conversations that one wants no push of. */
import { toWire } from "@parley/domain/Timestamp"
import { Mutes } from "@parley/domain/wire/users"
import { Reads } from "@parley/projections/Reads"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { conversationParam } from "../documents/parameters.ts"
import { unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { askUser } from "./askUser.ts"
import { authenticate, originOf } from "./Call.ts"
import { conversationOf, noConversation } from "./named.ts"

const isMember = (conversation: string, user: string) =>
  Effect.flatMap(Reads, (reads) => reads.view(conversation, user)).pipe(
    Effect.mapError(unavailable),
    Effect.map((view) => view !== undefined),
  )

export const mutes: ReadonlyArray<Route> = [
  {
    method: "PUT",
    path: "/v1/conversations/:id/mute",
    about: {
      summary: "Mute a conversation",
      description:
        "No push of it reaches the caller; unread counts go on. It outlasts leaving and coming back. At most 5,000.",
      group: "Conversations",
      security: "access",
      params: { id: conversationParam },
      answers: { 204: { about: "It is muted." } },
      errors: ["forbidden", "not_found", "unprocessable"],
    },
    handle: Effect.fn("PUT /v1/conversations/{id}/mute")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const conversation = yield* conversationOf(call)
      if (!(yield* isMember(conversation, access.userId))) return yield* noConversation()
      yield* askUser({ _tag: "Mute", origin: originOf(call, access), conversation })
      return { status: 204 }
    }),
  },
  {
    method: "DELETE",
    path: "/v1/conversations/:id/mute",
    about: {
      summary: "Unmute a conversation",
      description: "A mute that stands may be taken back after leaving, too.",
      group: "Conversations",
      security: "access",
      params: { id: conversationParam },
      answers: { 204: { about: "It is not muted." } },
      errors: ["forbidden", "not_found"],
    },
    handle: Effect.fn("DELETE /v1/conversations/{id}/mute")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const conversation = yield* conversationOf(call)
      const users = yield* Users
      const muted = yield* users.mutes(access.userId).pipe(Effect.mapError(unavailable))
      if (muted.has(conversation))
        yield* askUser({ _tag: "Unmute", origin: originOf(call, access), conversation })
      else if (!(yield* isMember(conversation, access.userId))) return yield* noConversation()
      return { status: 204 }
    }),
  },
  {
    method: "GET",
    path: "/v1/users/me/mutes",
    about: {
      summary: "List the muted conversations",
      group: "People",
      security: "access",
      answers: { 200: { about: "All of them, the latest mute first.", schema: Mutes } },
      errors: [],
    },
    handle: Effect.fn("GET /v1/users/me/mutes")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const users = yield* Users
      const muted = yield* users.mutes(access.userId).pipe(Effect.mapError(unavailable))
      const items = [...muted].map(([conversation_id, since]) => ({
        conversation_id,
        muted_at: toWire(since),
      }))
      return json(200, { items: items.reverse() } satisfies Mutes)
    }),
  },
]
