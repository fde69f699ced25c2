/** Groups: made, shown, changed, archived. */
import { decoder } from "@parley/domain/wire/decode"
import { Conversation } from "@parley/domain/wire/conversation"
import { PatchGroup, PostGroup } from "@parley/domain/wire/http"
import { Reads } from "@parley/projections/Reads"
import { conversationId, groupIdFor } from "@parley/runtime/freshIds"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AccessTokens } from "../auth/AccessTokens.ts"
import * as example from "../documents/exampleIds.ts"
import { groupParam } from "../documents/parameters.ts"
import { type Refused, refuse, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Needs, Route } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, type Call, originOf, readBody } from "./Call.ts"
import { showConversation } from "./conversations.ts"
import { takeGroup, takeMessage } from "./limited.ts"
import { conversationOf, noConversation } from "./named.ts"

const decodeGroup = decoder(PostGroup)
const decodeSettings = decoder(PatchGroup)
const IdempotencyKey = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,255}$/u))
const isIdempotencyKey = Schema.is(IdempotencyKey)

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
  if (!isIdempotencyKey(key))
    return Effect.fail(
      refuse("bad_request", "Idempotency-Key: expected 1 to 255 printable ASCII characters."),
    )
  return Effect.succeed(key)
}

export const groups: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/groups",
    about: {
      summary: "Create a group",
      description:
        "The caller becomes its owner. With an `Idempotency-Key` a repeat answers the same group; with another body it is `idempotency_mismatch`.",
      group: "Groups",
      security: "access",
      headers: {
        "Idempotency-Key": {
          about: "1 to 255 printable ASCII characters: names this creation for ever, per person.",
          schema: IdempotencyKey,
          example: "lunch-group-1",
        },
      },
      body: {
        schema: PostGroup,
        example: {
          name: "Lunch",
          member_ids: [example.ben, example.cleo],
          topic: "Where to eat",
          history: "all",
        },
      },
      answers: {
        201: { about: "It is new.", schema: Conversation },
        200: { about: "It was created under this key before.", schema: Conversation },
      },
      errors: ["forbidden", "conflict", "idempotency_mismatch", "unprocessable", "rate_limited"],
    },
    handle: Effect.fn("POST /v1/groups")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const key = yield* keyOf(call)
      const { name, member_ids, topic, history, metadata } = yield* readBody(
        call,
        decodeGroup,
        shared.limits.json_depth,
      )
      yield* takeGroup(shared, access.userId, member_ids.length + 1)
      const id =
        key === undefined ? conversationId(shared.now()) : groupIdFor(access.userId, "/v1/groups", key)
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
    about: {
      summary: "Read a group",
      group: "Groups",
      security: "access",
      params: { id: groupParam },
      answers: { 200: { about: "The group, with the caller's role.", schema: Conversation } },
      errors: ["not_found"],
    },
    handle: Effect.fn("GET /v1/groups/{id}")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      yield* groupView(id, access.userId)
      return json(200, yield* showConversation(id, access.userId))
    }),
  },
  {
    method: "PATCH",
    path: "/v1/groups/:id",
    about: {
      summary: "Change a group's name, topic or metadata",
      description:
        "Admins and owners. What is left out stays as it is; `null` clears the topic or the metadata, which are replaced as a whole. What changes nothing writes nothing.",
      group: "Groups",
      security: "access",
      params: { id: groupParam },
      body: { schema: PatchGroup, example: { name: "Lunch, daily", topic: null } },
      answers: { 200: { about: "The group as it is now.", schema: Conversation } },
      errors: ["forbidden", "not_found", "conflict", "rate_limited"],
    },
    handle: Effect.fn("PATCH /v1/groups/{id}")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      const { name, topic, metadata } = yield* readBody(call, decodeSettings, shared.limits.json_depth)
      yield* takeMessage(shared, access.userId, id)
      yield* ask("Done", id, {
        _tag: "UpdateConversation",
        origin: originOf(call, access),
        ...(name === undefined ? {} : { name }),
        ...(topic === undefined ? {} : { topic: topic === "" ? null : topic }),
        ...(metadata === undefined ? {} : { metadata }),
      })
      return json(200, yield* showConversation(id, access.userId))
    }),
  },
  {
    method: "DELETE",
    path: "/v1/groups/:id",
    about: {
      summary: "Archive a group",
      description:
        "Owners only, and for ever: it stays readable, members may leave, and every other write is `conflict`.",
      group: "Groups",
      security: "access",
      params: { id: groupParam },
      answers: { 204: { about: "It is archived." } },
      errors: ["forbidden", "not_found", "conflict"],
    },
    handle: Effect.fn("DELETE /v1/groups/{id}")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      yield* ask("Done", id, { _tag: "ArchiveConversation", origin: originOf(call, access) })
      return { status: 204 }
    }),
  },
]
