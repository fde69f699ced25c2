/** Who is in a group, and as what. */
import { toWire } from "@parley/domain/Timestamp"
import { RosterEntry } from "@parley/domain/wire/conversation"
import { decoder } from "@parley/domain/wire/decode"
import { PatchMember, PostMembers, PostMembersAnswer, Roster } from "@parley/domain/wire/http"
import { UserId } from "@parley/domain/ids"
import type { MemberRow } from "@parley/projections/History"
import { Reads } from "@parley/projections/Reads"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import * as example from "../documents/exampleIds.ts"
import { cursor, groupParam, limit, userParam } from "../documents/parameters.ts"
import { unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { ask } from "./ask.ts"
import { authenticate, limitOf, originOf, queryOf, readBody } from "./Call.ts"
import { takeMembers, takeMessage } from "./limited.ts"
import { conversationOf, memberOf, noConversation, noMember } from "./named.ts"

const decodeMembers = decoder(PostMembers)
const decodeRole = decoder(PatchMember)

const shown = ({ user, role, joinedAt }: MemberRow): RosterEntry => ({
  user_id: user,
  role,
  joined_at: toWire(joinedAt),
})

export const members: ReadonlyArray<Route> = [
  {
    method: "POST",
    path: "/v1/groups/:id/members",
    about: {
      summary: "Add and remove members",
      description:
        "As a whole or not at all. Who is in already, or not in, is left out of the answer. Anybody may remove himself.",
      group: "Groups",
      security: "access",
      params: { id: groupParam },
      body: {
        schema: PostMembers,
        example: { add: [{ user_id: example.cleo, role: "member" }], remove: [example.ben] },
      },
      answers: {
        200: {
          about:
            "Who was in fact added and removed, and the last event's `seq`; the head's when nothing changed.",
          schema: PostMembersAnswer,
        },
      },
      errors: ["forbidden", "not_found", "conflict", "unprocessable", "rate_limited"],
    },
    handle: Effect.fn("POST /v1/groups/{id}/members")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      const { add = [], remove = [] } = yield* readBody(call, decodeMembers, shared.limits.json_depth)
      yield* takeMembers(shared, access.userId, add.length + remove.length)
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
    about: {
      summary: "Read the roster",
      group: "Groups",
      security: "access",
      params: { id: groupParam },
      query: { cursor, limit },
      answers: { 200: { about: "A page of members, by user id.", schema: Roster } },
      errors: ["not_found"],
    },
    handle: Effect.fn("GET /v1/groups/{id}/members")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const id = yield* conversationOf(call)
      const most = yield* limitOf(call)
      const after = yield* queryOf(call, "cursor", UserId, "Expected the next_cursor of a page")
      const reads = yield* Reads
      // One more than asked for tells whether there is another page.
      const found = yield* reads.roster(id, access.userId, after, most + 1).pipe(Effect.mapError(unavailable))
      if (found?.conversation.kind !== "group") return yield* noConversation()
      const items = found.members.slice(0, most).map(shown)
      const more = found.members.length > most
      return json(200, { items, ...(more ? { next_cursor: items.at(-1)!.user_id } : {}) })
    }),
  },
  {
    method: "PATCH",
    path: "/v1/groups/:id/members/:user_id",
    about: {
      summary: "Set a member's role",
      description:
        "Owners only. The role that he has already writes nothing. Demoting the last owner is `conflict`.",
      group: "Groups",
      security: "access",
      params: { id: groupParam, user_id: userParam },
      body: { schema: PatchMember, example: { role: "admin" } },
      answers: { 200: { about: "The member.", schema: RosterEntry } },
      errors: ["forbidden", "not_found", "conflict", "rate_limited"],
    },
    handle: Effect.fn("PATCH /v1/groups/{id}/members/{user_id}")(function* (call, shared) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const [id, user] = [yield* conversationOf(call), yield* memberOf(call)]
      const { role } = yield* readBody(call, decodeRole, shared.limits.json_depth)
      yield* takeMessage(shared, access.userId, id)
      yield* ask("Done", id, { _tag: "SetRole", origin: originOf(call, access), user, role })
      const reads = yield* Reads
      // Somebody may have removed him since.
      const found = yield* reads.view(id, user).pipe(Effect.mapError(unavailable))
      return found === undefined ? yield* noMember() : json(200, shown(found.member))
    }),
  },
]
