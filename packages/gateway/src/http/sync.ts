/** `sync` for clients without a socket. */
import { SyncPage } from "@parley/domain/wire/syncPage"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { refuse, unavailable } from "../problems.ts"
import { StreamServer } from "../stream/StreamServer.ts"
import * as Schema from "effect/Schema"
import type { Route } from "./Api.ts"
import { authenticate, badQuery } from "./Call.ts"

export const sync: ReadonlyArray<Route> = [
  {
    method: "GET",
    path: "/v1/sync",
    about: {
      summary: "Catch up without a stream",
      description:
        "The frames that `sync` would send on the stream, in the same order. Without a cursor: the 20 most recent conversations. While `complete` is false, ask again with the answer's `cursor` for the next page; the last page's is the one to keep. A cursor of another history of the log is `gone`: drop the local state and ask without one.",
      group: "Stream",
      security: "access",
      query: {
        cursor: {
          about: "That of `hello`, of an `ack` of `sync`, of a `cursor` frame, or of the page before.",
          schema: Schema.String,
        },
      },
      answers: { 200: { about: "A page of frames.", schema: SyncPage } },
      errors: ["gone"],
    },
    handle: Effect.fn("GET /v1/sync")(function* (call) {
      const { userId } = yield* authenticate(yield* AccessTokens, call)
      const { syncPage } = yield* StreamServer
      const page = yield* Effect.mapError(
        syncPage(userId, call.query.get("cursor") ?? undefined),
        (failure) =>
          failure._tag === "Busy"
            ? refuse("unavailable", "Too many catch up at the moment.", {
                retryAfterMs: failure.retryAfterMs,
              })
            : unavailable(),
      )
      if (page._tag === "BadCursor") return yield* badQuery("cursor", "Expected a cursor of this user")
      if (page._tag === "Gone")
        return yield* refuse("gone", "The cursor is of another history of the log: sync without one.")
      // The frames are JSON text already.
      const { complete, cursor, frames } = page
      const text = `{"frames":[${frames.join(",")}],"cursor":${JSON.stringify(cursor)},"complete":${complete}}`
      return { status: 200, bytes: Buffer.from(text), contentType: "application/json; charset=utf-8" }
    }),
  },
]
