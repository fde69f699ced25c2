/**
 * Presence at this gateway: what its connections say of their people, and whom they watch.
 *
 * Always true: a connection that says nothing counts as `away`, and costs nothing here but its entry behind the port; it has no timer.
 * Switched off, people are still known to be in the foreground, which pushes depend on, and shown to nobody.
 */
import type {
  PresencePingFrame,
  PresenceUnwatchFrame,
  PresenceWatchFrame,
} from "@parley/domain/wire/clientFrames"
import type { Limits } from "@parley/domain/limits"
import { Directory } from "@parley/projections/Directory"
import { History } from "@parley/projections/History"
import { RepairFeed } from "@parley/projections/RepairFeed"
import { EventStore } from "@parley/runtime/EventStore"
import { type Connection, type Ending, Presence } from "@parley/runtime/Presence"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Session } from "../Session.ts"
import { PresenceRounds, type RoundsOptions } from "./PresenceRounds.ts"
import { Rechecks } from "./Rechecks.ts"
import { showing } from "./Showing.ts"
import { takeUnwatch, takeWatch, type Watching } from "./watchFrames.ts"
import { WatchList } from "./WatchList.ts"
import { watchRights } from "./watchRights.ts"

export type PresenceFrame = PresencePingFrame | PresenceWatchFrame | PresenceUnwatchFrame

export interface StreamPresence {
  /** Whether people are shown to each other. */
  readonly shown: boolean
  readonly opened: (session: Session) => void
  /** It answered a ping. */
  readonly beat: (session: Session) => void
  readonly ended: (session: Session, how: Ending) => void
  readonly take: (session: Session, frame: PresenceFrame) => void
}

/** Before its first use, and where there is none. */
export const noPresence: StreamPresence = {
  shown: false,
  opened: () => undefined,
  beat: () => undefined,
  ended: () => undefined,
  take: () => undefined,
}

export interface PresenceOptions extends Omit<RoundsOptions, "showing"> {
  readonly shown: boolean
  readonly limits: Limits
}

type Ports = Directory | EventStore | History | Presence | RepairFeed | Users

export const streamPresence = Effect.fnUntraced(function* (
  options: PresenceOptions,
): Effect.fn.Return<StreamPresence, never, Ports | Scope.Scope> {
  const [presence, users, history] = [yield* Presence, yield* Users, yield* History]
  const [directory, repairs, store] = [yield* Directory, yield* RepairFeed, yield* EventStore]
  const { counters, limits, shown } = options
  const list = new WatchList(limits.presence_watches)
  const show = showing(presence, users)
  const mayWatch = watchRights({ store, history, users })
  const rounds = new PresenceRounds({ ...options, showing: show })
  const rechecks = new Rechecks({ ...options, list, mayWatch })
  const watching: Watching = { shown, list, rounds, mayWatch, showing: show, watch: presence.watch }
  counters.presence = () => ({ watches: list.watches, pending: rounds.pending, owed: rounds.owed })

  const ends = [
    yield* repairs.subscribe(({ changes }) => {
      for (const { removed } of changes) for (const user of removed) rechecks.suspect(user)
    }),
    yield* directory.onBlocked(({ other, user }) => {
      rechecks.suspect(user)
      rechecks.suspect(other)
    }),
  ]
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const end of ends) end()
    }),
  )

  return {
    shown,
    opened: (session) => {
      const watched = list.get(session.user)
      if (watched !== undefined) watched.ended = undefined
      presence.connect(connectionOf(session))
    },
    beat: (session) => presence.beat(connectionOf(session)),
    ended: (session, how) => {
      const watched = list.get(session.user)
      if (watched !== undefined) watched.ended = { at: options.now(), how }
      presence.end(connectionOf(session), how)
      list.gone(session)
      rounds.gone(session)
    },
    take: (session, frame) => {
      switch (frame.type) {
        case "presence.ping":
          return presence.say(connectionOf(session), frame.payload.status)
        case "presence.watch":
          return takeWatch(watching, session, frame)
        case "presence.unwatch":
          return takeUnwatch(watching, session, frame)
      }
    },
  }
})

const connectionOf = ({ device, ids, user }: Session): Connection => ({ user, device, session: ids.session })
