/** Direct conversations, the inbox, and one conversation. */
import { decoder } from "@parley/domain/wire/decode"
import { PostConversation } from "@parley/domain/wire/http"
import { readInbox } from "@parley/projections/inbox"
import { openConversations, openMessages } from "@parley/projections/open"
import { Reads } from "@parley/projections/Reads"
import { directConversationId } from "@parley/runtime/freshIds"
import { KeyVault } from "@parley/runtime/KeyVault"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { type Refused, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Needs, Route } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, limitOf, originOf, readBody, seqOf } from "./Call.ts"
import { conversationOf, noConversation } from "./messages.ts"

const decodeConversation = decoder(PostConversation)

/** The conversation as this member reads it now. */
export const showConversation = Effect.fnUntraced(function* (
  conversation: string,
  user: string,
): Effect.fn.Return<unknown, Refused, Needs> {
  const reads = yield* Reads
  const view = yield* reads.view(conversation, user).pipe(Effect.mapError(unavailable))
  if (view === undefined) return yield* noConversation()
  const [shown] = yield* openConversations(yield* KeyVault, [view]).pipe(Effect.mapError(unavailable))
  return shown
})

export const conversations: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/conversations",
    handle: Effect.fn("POST /v1/conversations")(function* (call, { limits }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const { user_id } = yield* readBody(call, decodeConversation, limits.json_depth)
      const id = directConversationId(access.userId, user_id)
      const { created } = yield* ask("Created", id, {
        _tag: "CreateDirect",
        origin: originOf(call, access),
        partner: user_id,
      })
      return json(created ? 201 : 200, yield* showConversation(id, access.userId))
    }),
  },
  {
    method: "GET",
    path: "/v1/conversations",
    handle: Effect.fn("GET /v1/conversations")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const limit = yield* limitOf(call)
      const before = yield* seqOf(call, "cursor")
      const { rows, next } = yield* readInbox(access.userId, {
        limit,
        ...(before === undefined ? {} : { before }),
      }).pipe(Effect.mapError(unavailable))
      const vault = yield* KeyVault
      const shown = yield* openConversations(vault, rows).pipe(Effect.mapError(unavailable))
      const items = yield* Effect.forEach(rows, (row, index) =>
        openMessages(vault, {
          conversation: row.conversation.id,
          reader: access.userId,
          asOf: row.conversation.revision,
          rows: row.lastMessage === undefined ? [] : [row.lastMessage],
        }).pipe(
          Effect.mapError(unavailable),
          Effect.map(([last]) => ({
            ...shown[index],
            ...(last === undefined ? {} : { last_message: last }),
            read_seq: row.member.joinedSeq,
            unread: row.unread,
          })),
        ),
      )
      return json(200, { items, ...(next === undefined ? {} : { next_cursor: String(next) }) })
    }),
  },
  {
    method: "GET",
    path: "/v1/conversations/:id",
    handle: Effect.fn("GET /v1/conversations/{id}")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      return json(200, yield* showConversation(yield* conversationOf(call), access.userId))
    }),
  },
]
