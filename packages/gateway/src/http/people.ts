/** Finding people. */
import { UserId } from "@parley/domain/ids"
import { People } from "@parley/domain/wire/users"
import { searchPeople } from "@parley/projections/searchPeople"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { AccessTokens } from "../auth/AccessTokens.ts"
import * as example from "../documents/exampleIds.ts"
import * as parameters from "../documents/parameters.ts"
import { unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { authenticate, badQuery, limitOf } from "./Call.ts"
import { shownProfile } from "./profiles.ts"

const isUserId = Schema.is(UserId)
const Query = Schema.String.check(Schema.isMaxCodePoints(200))
const isQuery = Schema.is(Query)

export const people: ReadonlyArray<Route> = [
  {
    method: "GET",
    path: "/v1/users",
    about: {
      summary: "Find people",
      description:
        "By the start of their id or of any word of their name, whatever the case and accents; without `q`, everybody who may be found. In a development installation that is everybody ever seen, otherwise those with whom the caller shares a conversation, himself included. By user id. A page may hold fewer than asked for; it is the last one when there is no `next_cursor`.",
      group: "People",
      security: "access",
      query: {
        q: { about: "What was typed.", schema: Query, example: example.ann },
        cursor: parameters.cursor,
        limit: parameters.limit,
      },
      answers: { 200: { about: "A page of people.", schema: People } },
      errors: [],
    },
    handle: Effect.fn("GET /v1/users")(function* (call) {
      const tokens = yield* AccessTokens
      const access = yield* authenticate(tokens, call)
      const limit = yield* limitOf(call)
      const [query, after] = [call.query.get("q") ?? "", call.query.get("cursor") ?? ""]
      if (!isQuery(query)) return yield* badQuery("q", "Expected at most 200 characters")
      if (after !== "" && !isUserId(after))
        return yield* badQuery("cursor", "Expected the next_cursor of a page")
      const among = tokens.issue === undefined ? "companions" : "everybody"
      const page = yield* searchPeople(access.userId, { query, after, limit, among }).pipe(
        Effect.mapError(unavailable),
      )
      return json(200, {
        items: page.people.map(shownProfile),
        ...(page.next === undefined ? {} : { next_cursor: page.next }),
      } satisfies People)
    }),
  },
]
