/**
 * How users stand, for whoever wants to know: the latest snapshot and the events after it, as of the call. No entity is asked.
 *
 * Always true: the stream's head is asked after the call, so a state holds every change acknowledged before. What is remembered is a
 * cache of states as they were at a revision; one is brought to the head before it is handed out.
 * Not for: deciding. That is done on the entity's own state.
 */
import { UnreadableEvent } from "@parley/domain/StoredEvent"
import type { UserEvent } from "@parley/domain/user/events"
import type { UserState } from "@parley/domain/user/state"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import { loadState, replay, type Stored } from "../entity/loadState.ts"
import type { EventStore } from "../EventStore.ts"
import { GenerationCache } from "../GenerationCache.ts"
import { Unavailable } from "../errors.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import { userStream } from "./protocol.ts"

export type UserStates = (user: string) => Effect.Effect<UserState, Unavailable>

/** About 2 KiB each with 20 conversations, at most twice as many. */
const remembered = 2_000
/** A state with more cursors than this is read anew each time, so that the cache stays small. */
const mostCursors = 500

const cursorsIn = (state: UserState): number =>
  state._tag === "Unknown"
    ? 0
    : [state.read, state.delivered].reduce(
        (sum, { young, old }) => sum + HashMap.size(young) + HashMap.size(old),
        0,
      )

/** Costs no more than a look into memory when the state is remembered and nothing was appended since. */
export const userStates = (
  store: EventStore["Service"],
  snapshots: SnapshotStore["Service"],
  stored: Stored<UserState, UserEvent>,
): UserStates => {
  const cache = new GenerationCache<UserState>(remembered)

  const current = Effect.fnUntraced(function* (user: string) {
    const stream = userStream(user)
    const known = cache.get(user)
    if (known === undefined) return (yield* loadState(store, snapshots, stored, stream)).state
    const head = yield* store.head(stream)
    if (head === undefined || head.revision <= known.revision) return known
    return yield* replay(store, stored, stream, known, head)
  })

  return (user) =>
    Effect.suspend(() => current(user)).pipe(
      Effect.tap((state) =>
        Effect.sync(() => {
          if (state._tag === "Known" && cursorsIn(state) <= mostCursors) cache.set(user, state)
        }),
      ),
      Effect.mapError(({ _tag }) => new Unavailable({ reason: `user-${user} cannot be read: ${_tag}` })),
      Effect.catchDefect((defect) =>
        defect instanceof UnreadableEvent
          ? Effect.fail(new Unavailable({ reason: `${defect.type} cannot be read: ${defect.reason}` }))
          : Effect.die(defect),
      ),
    )
}
