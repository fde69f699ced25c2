/** Asking the caller's own entity on behalf of a route, and naming things of his. */
import { DeviceId, UserId } from "@parley/domain/ids"
import { type UserRequest, Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Refused, refuse, refusedByDomain, unavailable } from "../problems.ts"
import type { Call } from "./Call.ts"

/** Done, or as it was before: both are the same to him. */
export const askUser = (request: UserRequest): Effect.Effect<void, Refused, Users> =>
  Effect.flatMap(Users, (users) => users.ask(request)).pipe(
    Effect.mapError(unavailable),
    Effect.flatMap((reply) =>
      reply._tag === "Rejected" ? Effect.fail(refusedByDomain(reply.rejection)) : Effect.void,
    ),
  )

/** What a path names that is to be there from now on: a malformed id is the caller's mistake. */
const fresh =
  (name: string, schema: Schema.Codec<string>) =>
  (call: Call): Effect.Effect<string, Refused> => {
    const given = call.params[name]
    return given !== undefined && Schema.is(schema)(given)
      ? Effect.succeed(given)
      : Effect.fail(
          refuse("bad_request", "The address names nothing that can be.", {
            errors: [{ path: name, message: "Expected 1 to 64 of A-Za-z0-9_-.:@" }],
          }),
        )
  }

export const freshDeviceOf = fresh("device_id", DeviceId)
export const freshPersonOf = fresh("user_id", UserId)
