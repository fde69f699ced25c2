/** Whom one blocks: their direct conversation is closed to both, groups stay as they are. */
import { toWire } from "@parley/domain/Timestamp"
import { Blocks } from "@parley/domain/wire/users"
import type { Conversations } from "@parley/runtime/Conversations"
import { settleRestriction } from "@parley/runtime/user/settleRestriction"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { userParam } from "../documents/parameters.ts"
import { type Refused, unavailable } from "../problems.ts"
import type { Answer } from "./Answer.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { askUser, freshPersonOf } from "./askUser.ts"
import { authenticate, type Call, originOf } from "./Call.ts"
import { personOf } from "./named.ts"

/** The block first, then the conversation: should the second fail, the same request again finishes it. */
const change = Effect.fnUntraced(function* (
  call: Call,
  _tag: "Block" | "Unblock",
  named: (call: Call) => Effect.Effect<string, Refused>,
): Effect.fn.Return<Answer, Refused, AccessTokens | Conversations | Users> {
  const access = yield* authenticate(yield* AccessTokens, call)
  const user = yield* named(call)
  const origin = originOf(call, access)
  yield* askUser({ _tag, origin, user })
  yield* settleRestriction(origin, user).pipe(Effect.mapError(unavailable))
  return { status: 204 }
})

export const blocks: ReadonlyArray<Route> = [
  {
    method: "PUT",
    path: "/v1/users/me/blocks/:user_id",
    about: {
      summary: "Block somebody",
      description:
        "The direct conversation with him answers `can_send: false` to both, and stays readable; one created later is so from its start. Nobody is told who blocked whom. In groups nothing changes: the client hides. At most 1,000.",
      group: "People",
      security: "access",
      params: { user_id: userParam },
      answers: { 204: { about: "He is blocked." } },
      errors: ["bad_request", "forbidden", "unprocessable"],
    },
    handle: Effect.fn("PUT /v1/users/me/blocks/{user_id}")((call) => change(call, "Block", freshPersonOf)),
  },
  {
    method: "DELETE",
    path: "/v1/users/me/blocks/:user_id",
    about: {
      summary: "Unblock somebody",
      description:
        "As long as the other one has not blocked the caller, the direct conversation is open again.",
      group: "People",
      security: "access",
      params: { user_id: userParam },
      answers: { 204: { about: "He is not blocked." } },
      errors: ["forbidden", "not_found"],
    },
    handle: Effect.fn("DELETE /v1/users/me/blocks/{user_id}")((call) => change(call, "Unblock", personOf)),
  },
  {
    method: "GET",
    path: "/v1/users/me/blocks",
    about: {
      summary: "List whom one has blocked",
      group: "People",
      security: "access",
      answers: { 200: { about: "All of them, the latest block first.", schema: Blocks } },
      errors: [],
    },
    handle: Effect.fn("GET /v1/users/me/blocks")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const users = yield* Users
      const blocked = yield* users.blocks(access.userId).pipe(Effect.mapError(unavailable))
      const items = [...blocked].map(([user_id, since]) => ({ user_id, blocked_at: toWire(since) }))
      return json(200, { items: items.reverse() } satisfies Blocks)
    }),
  },
]
