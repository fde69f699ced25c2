/** Who has got and read what. */
import { MessageId, UserId } from "@parley/domain/ids"
import { decoder } from "@parley/domain/wire/decode"
import { PostReceipts, type ReceiptEntry, Receipts } from "@parley/domain/wire/http"
import { type MemberReceipts, ReceiptReads } from "@parley/projections/ReceiptReads"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import * as example from "../documents/exampleIds.ts"
import { conversationParam, cursor, limit } from "../documents/parameters.ts"
import { unavailable } from "../problems.ts"
import { ReceiptCursors } from "../stream/receipts/ReceiptCursors.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { authenticate, limitOf, originOf, queryOf, readBody } from "./Call.ts"
import { conversationOf, noConversation } from "./named.ts"

const decodeReceipts = decoder(PostReceipts)
const path = "/v1/conversations/:id/receipts"

const shown = ({ user, deliveredUpTo, readUpTo, devices }: MemberReceipts): ReceiptEntry => ({
  user_id: user,
  delivered_up_to: deliveredUpTo,
  read_up_to: readUpTo,
  devices: devices.map((one) => ({ device_id: one.device, delivered_up_to: one.deliveredUpTo })),
})

export const receipts: ReadonlyArray<Route> = [
  {
    method: "POST",
    path,
    about: {
      summary: "Say what you have got and read",
      description:
        "Above the head means the head; below what was said before it has no effect. `delivered_up_to` needs the `device_id`, and is not stored in conversations of more than `receipts_members` members.",
      group: "Receipts",
      security: "access",
      params: { id: conversationParam },
      body: {
        schema: PostReceipts,
        example: { device_id: example.device, delivered_up_to: 42, read_up_to: 40 },
      },
      answers: { 204: { about: "It is stored." } },
      errors: ["not_found"],
    },
    handle: Effect.fn("POST /v1/conversations/{id}/receipts")(function* (call, { limits }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const conversation = yield* conversationOf(call)
      const { delivered_up_to, device_id, read_up_to } = yield* readBody(
        call,
        decodeReceipts,
        limits.json_depth,
      )
      const cursors = yield* ReceiptCursors
      const stored = yield* cursors
        .move(originOf(call, access), {
          conversation,
          ...(read_up_to === undefined ? {} : { readUpTo: read_up_to }),
          ...(delivered_up_to === undefined || device_id === undefined
            ? {}
            : { delivered: { device: device_id, upTo: delivered_up_to } }),
        })
        .pipe(Effect.mapError(unavailable))
      return stored ? { status: 204 } : yield* noConversation()
    }),
  },
  {
    method: "GET",
    path,
    about: {
      summary: "Read who has got and read what",
      description:
        "Every member by user id, or, with `message_id`, those but its sender who have got or read that message. Who does not say what he reads (`send_read_receipts`) has `read_up_to` 0 for everybody but himself.",
      group: "Receipts",
      security: "access",
      params: { id: conversationParam },
      query: {
        message_id: { about: "Only who has got this message.", schema: MessageId, example: example.message },
        cursor,
        limit,
      },
      answers: { 200: { about: "A page of members, by user id.", schema: Receipts } },
      errors: ["not_found"],
    },
    handle: Effect.fn("GET /v1/conversations/{id}/receipts")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const conversation = yield* conversationOf(call)
      const messageId = yield* queryOf(call, "message_id", MessageId, "Expected a message id")
      const after = yield* queryOf(call, "cursor", UserId, "Expected the next_cursor of a page")
      const most = yield* limitOf(call)
      const reads = yield* ReceiptReads
      const found = yield* reads
        .whoHasRead(conversation, access.userId, {
          limit: most,
          ...(messageId === undefined ? {} : { messageId }),
          ...(after === undefined ? {} : { cursor: after }),
        })
        .pipe(Effect.mapError(unavailable))
      if (found === undefined) return yield* noConversation()
      return json(200, {
        items: found.items.map(shown),
        ...(found.nextCursor === undefined ? {} : { next_cursor: found.nextCursor }),
      })
    }),
  },
]
