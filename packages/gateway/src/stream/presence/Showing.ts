/** What people are shown to be: their presence, and when they were last seen only if they show it. */
import type { Unavailable } from "@parley/runtime/errors"
import type { Presence } from "@parley/runtime/Presence"
import type { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import type { Shown } from "./WatchList.ts"

/** As of the call, in the order given. */
export type Showing = (users: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Shown>, Unavailable>

const AT_ONCE = 16

export const showing = (
  presence: Pick<Presence["Service"], "of">,
  users: Pick<Users["Service"], "privacy">,
): Showing =>
  Effect.fn("showing")(function* (asked) {
    const present = yield* presence.of(asked)
    return yield* Effect.forEach(
      present,
      ({ lastSeen, status, user }): Effect.Effect<Shown, Unavailable> =>
        lastSeen === undefined
          ? Effect.succeed({ status })
          : Effect.map(users.privacy(user), ({ shareLastSeen }) =>
              shareLastSeen ? { status, lastSeen } : { status },
            ),
      { concurrency: AT_ONCE },
    )
  })
