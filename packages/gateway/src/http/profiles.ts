/** People: one's own profile and privacy, and what others show of themselves. */
import { decoder } from "@parley/domain/wire/decode"
import { OwnProfile, Profile, PutProfile } from "@parley/domain/wire/users"
import { type Profile as ProfileOf, Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import { AccessTokens } from "../auth/AccessTokens.ts"
import { userParam } from "../documents/parameters.ts"
import { refuse, type Refused, unavailable } from "../problems.ts"
import { json } from "./Answer.ts"
import type { Route } from "./Api.ts"
import { askUser } from "./askUser.ts"
import { authenticate, originOf, readBody } from "./Call.ts"
import { noPerson, personOf } from "./named.ts"

const decodeProfile = decoder(PutProfile)

/** Who has no name, or none any more, goes by his id. */
export const shownProfile = ({ user, name, avatarMediaId }: ProfileOf): Profile => ({
  user_id: user,
  name: name ?? user,
  ...(avatarMediaId === undefined ? {} : { avatar_media_id: avatarMediaId }),
})

/** Whether this server can tell the time there. */
const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

const noSuchZone = (): Refused =>
  refuse("unprocessable", "There is no such time zone.", {
    errors: [{ path: "quiet_hours.time_zone", message: "expected a name such as Europe/Berlin" }],
  })

const ownProfile = Effect.fnUntraced(function* (user: string): Effect.fn.Return<OwnProfile, Refused, Users> {
  const users = yield* Users
  const profile = yield* users.profile(user).pipe(Effect.mapError(unavailable))
  const privacy = yield* users.privacy(user).pipe(Effect.mapError(unavailable))
  const quietHours = yield* users.quietHours(user).pipe(Effect.mapError(unavailable))
  return {
    ...shownProfile(profile ?? { user }),
    share_last_seen: privacy.shareLastSeen,
    send_read_receipts: privacy.sendReadReceipts,
    ...(quietHours === undefined ? {} : { quiet_hours: quietHours }),
  }
})

export const profiles: ReadonlyArray<Route> = [
  {
    method: "PUT",
    path: "/v1/users/me",
    about: {
      summary: "Change one's own profile, privacy and quiet hours",
      description:
        "What is left out stays as it is; `null` takes the picture or the quiet hours away. A time zone that the server does not know is `unprocessable`.",
      group: "People",
      security: "access",
      body: { schema: PutProfile, example: { name: "Ann", send_read_receipts: false } },
      answers: { 200: { about: "One's own profile as it stands now.", schema: OwnProfile } },
      errors: ["forbidden", "unprocessable"],
    },
    handle: Effect.fn("PUT /v1/users/me")(function* (call, { limits }) {
      const access = yield* authenticate(yield* AccessTokens, call)
      const body = yield* readBody(call, decodeProfile, limits.json_depth)
      const { avatar_media_id, name, quiet_hours, send_read_receipts, share_last_seen } = body
      if (quiet_hours !== undefined && quiet_hours !== null && !isTimeZone(quiet_hours.time_zone))
        return yield* noSuchZone()
      yield* askUser({
        _tag: "ChangeProfile",
        origin: originOf(call, access),
        ...(name === undefined ? {} : { name }),
        ...(avatar_media_id === undefined ? {} : { avatarMediaId: avatar_media_id }),
        ...(quiet_hours === undefined ? {} : { quietHours: quiet_hours }),
        ...(share_last_seen === undefined ? {} : { shareLastSeen: share_last_seen }),
        ...(send_read_receipts === undefined ? {} : { sendReadReceipts: send_read_receipts }),
      })
      return json(200, yield* ownProfile(access.userId))
    }),
  },
  {
    method: "GET",
    path: "/v1/users/me",
    about: {
      summary: "Read one's own profile and privacy",
      group: "People",
      security: "access",
      answers: { 200: { about: "One's own profile.", schema: OwnProfile } },
      errors: [],
    },
    handle: Effect.fn("GET /v1/users/me")(function* (call) {
      const access = yield* authenticate(yield* AccessTokens, call)
      return json(200, yield* ownProfile(access.userId))
    }),
  },
  {
    method: "GET",
    path: "/v1/users/:user_id",
    about: {
      summary: "Read somebody's profile",
      description: "`me` is always the caller. Somebody never seen: `not_found`.",
      group: "People",
      security: "access",
      params: { user_id: userParam },
      answers: { 200: { about: "What he shows of himself.", schema: Profile } },
      errors: ["not_found"],
    },
    handle: Effect.fn("GET /v1/users/{user_id}")(function* (call) {
      yield* authenticate(yield* AccessTokens, call)
      const user = yield* personOf(call)
      const users = yield* Users
      const profile = yield* users.profile(user).pipe(Effect.mapError(unavailable))
      return profile === undefined ? yield* noPerson() : json(200, shownProfile(profile))
    }),
  },
]
