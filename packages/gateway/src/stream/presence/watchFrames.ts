/**
 * `presence.watch` and `presence.unwatch`: answered with how it stands, then told of what changes.
 *
 * Always true: what the answer says is what the watcher has been told so far; a change that comes after it was read is told after it.
 * Whom the asker may not watch, and anybody while presence is switched off, is `unknown` and not watched.
 */
import type { PresenceUnwatchFrame, PresenceWatchFrame } from "@parley/domain/wire/clientFrames"
import type { Unavailable } from "@parley/runtime/errors"
import type { Presence } from "@parley/runtime/Presence"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { refuse, unavailable } from "../../problems.ts"
import { refuseFailure, refuseWith } from "../answers.ts"
import type { Session } from "../Session.ts"
import { type WirePresence, wirePresence } from "./presenceFrame.ts"
import type { PresenceRounds } from "./PresenceRounds.ts"
import type { Showing } from "./Showing.ts"
import { same, type Shown, type Watched, type Watcher, type WatchList } from "./WatchList.ts"
import type { WatchRights } from "./watchRights.ts"

export interface Watching {
  /** False: everybody is `unknown`. */
  readonly shown: boolean
  readonly list: WatchList
  readonly rounds: Pick<PresenceRounds, "changed">
  readonly mayWatch: WatchRights
  readonly showing: Showing
  readonly watch: Presence["Service"]["watch"]
}

export const takeWatch = (watching: Watching, session: Session, frame: PresenceWatchFrame): void => {
  const { user_ids: users } = frame.payload
  const to = { id: frame.id }
  if (!watching.shown)
    return session.ack(to, { presences: users.map((user) => wirePresence(user, undefined)) })
  const fresh = watching.list.ask(session, users)
  if (fresh === "full") return refuseWith(session, to, unavailable())
  if (fresh === "too many") {
    const detail = `A connection watches at most ${session.context.limits.presence_watches} people.`
    return refuseWith(
      session,
      to,
      refuse("unprocessable", detail, { errors: [{ path: "payload.user_ids", message: detail }] }),
    )
  }
  session.await()
  session.context
    .fork(
      watch(watching, session, users, (presences) => {
        session.answered()
        if (!session.closed) session.ack(to, { presences })
      }),
    )
    .addObserver((exit) => {
      if (Exit.isSuccess(exit)) return
      for (const user of fresh) watching.list.drop(session, user)
      session.answered()
      if (!session.closed) refuseFailure(session, to, exit.cause)
    })
}

export const takeUnwatch = (watching: Watching, session: Session, frame: PresenceUnwatchFrame): void => {
  for (const user of frame.payload.user_ids) watching.list.drop(session, user)
  session.ack({ id: frame.id }, { presences: [] })
}

/** @param answer called once, in the turn in which what it is given became what the watcher has been told. */
export const watch = Effect.fnUntraced(function* (
  { list, mayWatch, rounds, showing, watch: subscribe }: Watching,
  watcher: Watcher,
  users: ReadonlyArray<string>,
  answer: (presences: ReadonlyArray<WirePresence>) => void,
): Effect.fn.Return<void, Unavailable> {
  const allowed = yield* mayWatch(watcher.user, [...new Set(users)])
  const open: Array<Watched> = []
  for (const user of new Set(users)) {
    if (!allowed.has(user)) list.drop(watcher, user)
    else {
      const watched = list.allow(watcher, user)
      if (watched !== undefined) open.push(watched)
    }
  }
  // Subscribed before it is read: no change falls between.
  yield* Effect.forEach(open, (watched) => subscribed(watched, rounds, subscribe), { discard: true })
  const shown = yield* showing(open.map(({ user }) => user))
  const present = new Map<string, Shown>()
  for (const [index, watched] of open.entries()) {
    const now = shown[index]!
    watched.told ??= now
    if (!same(watched.told, now)) rounds.changed(watched)
    if (watched.watchers.get(watcher) !== true) continue
    // Where the two differ, a round is on its way, and tells what is newer than both.
    present.set(watched.user, watched.told.status === now.status ? now : { status: watched.told.status })
  }
  answer(users.map((user) => wirePresence(user, present.get(user))))
})

const subscribed = (
  watched: Watched,
  rounds: Watching["rounds"],
  subscribe: Watching["watch"],
): Effect.Effect<void> =>
  Effect.suspend(() =>
    watched.unwatch !== undefined || watched.closed
      ? Effect.void
      : Effect.map(
          subscribe(watched.user, () => rounds.changed(watched)),
          (unwatch) => {
            if (watched.unwatch !== undefined || watched.closed) unwatch()
            else watched.unwatch = unwatch
          },
        ),
  )
