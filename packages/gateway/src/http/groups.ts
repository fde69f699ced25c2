/** Groups and their members. */
import { toWire } from "@parley/domain/Timestamp"
import { decoder } from "@parley/domain/wire/decode"
import { PostGroup, PostMembers } from "@parley/domain/wire/http"
import { UserId } from "@parley/domain/ids"
import { Reads } from "@parley/projections/Reads"
import { conversationId, groupIdFor } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { type Refused, refuse, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Needs, Route } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, badQuery, type Call, limitOf, originOf, readBody } from "./Call.ts"
import { showConversation } from "./conversations.ts"
import { conversationOf, noConversation } from "./messages.ts"

const decodeGroup = decoder(PostGroup)
const decodeMembers = decoder(PostMembers)
const isUserId = Schema.is(UserId)
const idempotencyKey = /^[\x21-\x7e]{1,255}$/

/** A direct conversation is no group. */
const groupView = Effect.fnUntraced(function* (
  id: string,
  user: string,
): Effect.fn.Return<void, Refused, Needs> {
  const reads = yield* Reads
  const view = yield* reads.view(id, user).pipe(Effect.mapError(unavailable))
  if (view?.conversation.kind !== "group") return yield* noConversation()
})

const keyOf = (call: Call): Effect.Effect<string | undefined, Refused> => {
  const key = call.request.headers["idempotency-key"]
  if (key === undefined) return Effect.succeed(undefined)
  if (typeof key !== "string" || !idempotencyKey.test(key))
    return Effect.fail(
      refuse("bad_request", "Idempotency-Key: expected 1 to 255 printable ASCII characters."),
    )
  return Effect.succeed(key)
}

export const groups: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/groups",
    handle: Effect.fn("POST /v1/groups")(function* (call, { limits, now }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const key = yield* keyOf(call)
      const { name, member_ids, topic, history, metadata } = yield* readBody(
        call,
        decodeGroup,
        limits.json_depth,
      )
      const id = key === undefined ? conversationId(now()) : groupIdFor(access.userId, "/v1/groups", key)
      const { created } = yield* ask("Created", id, {
        _tag: "CreateGroup",
        origin: originOf(call, access),
        name,
        ...(topic === undefined ? {} : { topic }),
        ...(metadata === undefined ? {} : { metadata }),
        history: history ?? "all",
        memberIds: member_ids,
        idempotent: key !== undefined,
      })
      return json(created ? 201 : 200, yield* showConversation(id, access.userId))
    }),
  },
  {
    method: "GET",
    path: "/v1/groups/:id",
    handle: Effect.fn("GET /v1/groups/{id}")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      yield* groupView(id, access.userId)
      return json(200, yield* showConversation(id, access.userId))
    }),
  },
  {
    method: "POST",
    path: "/v1/groups/:id/members",
    handle: Effect.fn("POST /v1/groups/{id}/members")(function* (call, { limits }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      const { add = [], remove = [] } = yield* readBody(call, decodeMembers, limits.json_depth)
      const { added, removed, seq } = yield* ask("MembersChanged", id, {
        _tag: "ChangeMembers",
        origin: originOf(call, access),
        add: add.map(({ user_id, role }) => ({ user_id, role: role ?? "member" })),
        remove,
      })
      return json(200, { added, removed, seq })
    }),
  },
  {
    method: "GET",
    path: "/v1/groups/:id/members",
    handle: Effect.fn("GET /v1/groups/{id}/members")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      const limit = yield* limitOf(call)
      const cursor = call.query.get("cursor") ?? undefined
      if (cursor !== undefined && !isUserId(cursor))
        return yield* badQuery("cursor", "Expected the next_cursor of a page")
      const reads = yield* Reads
      const found = yield* reads.roster(id, access.userId, cursor, limit).pipe(Effect.mapError(unavailable))
      if (found?.conversation.kind !== "group") return yield* noConversation()
      const items = found.members.map(({ user, role, joinedAt }) => ({
        user_id: user,
        role,
        joined_at: toWire(joinedAt),
      }))
      return json(200, { items, ...(items.length === limit ? { next_cursor: items.at(-1)!.user_id } : {}) })
    }),
  },
]
