/** Direct conversations, the inbox, and one conversation. */
import { decoder } from "@parley/domain/wire/decode"
import { Conversation } from "@parley/domain/wire/conversation"
import { Inbox as InboxPage, PostConversation } from "@parley/domain/wire/http"
import { Inbox, type InboxRow } from "@parley/projections/Inbox"
import { inboxCursorText, readInboxCursor } from "@parley/projections/inboxCursor"
import { openConversations, openMessages } from "@parley/projections/open"
import { Reads } from "@parley/projections/Reads"
import { directConversationId } from "@parley/runtime/freshIds"
import { KeyVault } from "@parley/runtime/KeyVault"
import { restrictNew } from "@parley/runtime/user/settleRestriction"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import * as example from "../documents/exampleIds.ts"
import { conversationParam, cursor, limit } from "../documents/parameters.ts"
import { type Refused, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Needs, Route } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, badQuery, limitOf, originOf, readBody } from "./Call.ts"
import { takeMembers } from "./limited.ts"
import { conversationOf, noConversation } from "./named.ts"

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

const openInbox = Effect.fnUntraced(function* (
  reader: string,
  rows: ReadonlyArray<InboxRow>,
): Effect.fn.Return<ReadonlyArray<unknown>, Refused, KeyVault> {
  const vault = yield* KeyVault
  const shown = yield* openConversations(vault, rows).pipe(Effect.mapError(unavailable))
  return yield* Effect.forEach(rows, ({ conversation, lastMessage, readSeq, unread }, index) =>
    openMessages(vault, {
      conversation: conversation.id,
      reader,
      asOf: conversation.revision,
      rows: lastMessage === undefined ? [] : [lastMessage],
    }).pipe(
      Effect.mapError(unavailable),
      Effect.map(([last]) => ({
        ...shown[index],
        ...(last === undefined ? {} : { last_message: last }),
        read_seq: readSeq,
        unread,
      })),
    ),
  )
})

export const conversations: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/conversations",
    about: {
      summary: "Open a direct conversation",
      description: "Both sides open the same one. With oneself: `unprocessable`.",
      group: "Conversations",
      security: "access",
      body: { schema: PostConversation, example: { kind: "direct", user_id: example.ben } },
      answers: {
        201: { about: "It is new.", schema: Conversation },
        200: { about: "It stood already.", schema: Conversation },
      },
      errors: ["forbidden", "unprocessable", "rate_limited"],
    },
    handle: Effect.fn("POST /v1/conversations")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const { user_id } = yield* readBody(call, decodeConversation, shared.limits.json_depth)
      yield* takeMembers(shared, access.userId, 1)
      const id = directConversationId(access.userId, user_id)
      const { created } = yield* ask("Created", id, {
        _tag: "CreateDirect",
        origin: originOf(call, access),
        partner: user_id,
      })
      yield* restrictNew(originOf(call, access), user_id).pipe(Effect.mapError(unavailable))
      return json(created ? 201 : 200, yield* showConversation(id, access.userId))
    }),
  },
  {
    method: "GET",
    path: "/v1/conversations",
    about: {
      summary: "Read the inbox",
      description:
        "The caller's conversations, latest activity first, each with its last message and the unread count.",
      group: "Conversations",
      security: "access",
      query: { cursor, limit },
      answers: { 200: { about: "A page of the inbox.", schema: InboxPage } },
      errors: [],
    },
    handle: Effect.fn("GET /v1/conversations")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const most = yield* limitOf(call)
      const given = call.query.get("cursor")
      const from = given === null ? undefined : readInboxCursor(given)
      if (given !== null && from === undefined)
        return yield* badQuery("cursor", "Expected the next_cursor of a page")
      const inbox = yield* Inbox
      const { rows, next } = yield* inbox
        .page(access.userId, { limit: most, ...(from === undefined ? {} : { cursor: from }) })
        .pipe(Effect.mapError(unavailable))
      const items = yield* openInbox(access.userId, rows)
      return json(200, { items, ...(next === undefined ? {} : { next_cursor: inboxCursorText(next) }) })
    }),
  },
  {
    method: "GET",
    path: "/v1/conversations/:id",
    about: {
      summary: "Read one conversation",
      group: "Conversations",
      security: "access",
      params: { id: conversationParam },
      answers: { 200: { about: "The conversation, with the caller's role.", schema: Conversation } },
      errors: ["not_found"],
    },
    handle: Effect.fn("GET /v1/conversations/{id}")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      return json(200, yield* showConversation(yield* conversationOf(call), access.userId))
    }),
  },
]
