/**
 * What a `sync` has to do, decided before anything is sent: which conversations, in which order, and how far back each.
 *
 * Always true: pure. Every conversation of the user is either replayed and attached, attached only, or lost.
 */
import type { MembershipRow } from "@parley/projections/Membership"
import type { Hub } from "./Hub.ts"
import type { Reach } from "./readBack.ts"

/** Frames of one conversation, and of one sync. */
export const FRAMES_PER_CONVERSATION = 200
export const FRAMES_PER_SYNC = 5_000
/** Without a cursor: how many conversations are replayed, and from which message on. */
export const RECENT_CONVERSATIONS = 20
export const RECENT_MESSAGES = 20

export interface Asked {
  /** The cursor's place in the log; `undefined` without a cursor. */
  readonly position: number | undefined
  readonly known: ReadonlyMap<string, number>
  /** The log's head when the sync began: the membership rows are at least as new. */
  readonly head: number
}

export type Turn =
  | {
      readonly _tag: "Attach"
      readonly row: MembershipRow
      readonly hub: Hub
      readonly reach: Omit<Reach, "frames">
      readonly known: number | undefined
      readonly announce: boolean
    }
  | {
      readonly _tag: "Lost"
      readonly row: MembershipRow
      readonly removedSeq: number
      readonly reach: Omit<Reach, "frames">
      readonly known: number | undefined
    }

/** Newest conversations first. `hubs`: those of the conversations that the user is in. */
export const planSync = (
  asked: Asked,
  rows: ReadonlyArray<MembershipRow>,
  hubs: ReadonlyMap<string, Hub>,
): ReadonlyArray<Turn> => {
  const placed: Array<{ readonly at: number; readonly turn: Turn }> = []
  const recent = asked.position === undefined ? recentOf(hubs) : undefined
  for (const row of rows) {
    const known = asked.known.get(row.conversation)
    if (row.member) {
      const hub = hubs.get(row.conversation)!
      placed.push({ at: hub.lastPosition, turn: attachTurn(asked, row, hub, known, recent) })
    } else if (asked.position !== undefined || known !== undefined)
      placed.push({ at: row.removedPosition ?? -1, turn: lostTurn(asked, row, known) })
  }
  return placed.sort((a, b) => b.at - a.at).map(({ turn }) => turn)
}

const recentOf = (hubs: ReadonlyMap<string, Hub>): ReadonlySet<string> =>
  new Set(
    [...hubs.values()]
      .sort((a, b) => b.lastPosition - a.lastPosition)
      .slice(0, RECENT_CONVERSATIONS)
      .map((hub) => hub.conversation),
  )

const attachTurn = (
  asked: Asked,
  row: MembershipRow,
  hub: Hub,
  known: number | undefined,
  recent: ReadonlySet<string> | undefined,
): Turn => {
  // An older conversation of a client without a cursor: from the head at the beginning of the sync on.
  const quiet = recent !== undefined && !recent.has(row.conversation)
  const position = quiet ? asked.head : (asked.position ?? -1)
  return {
    _tag: "Attach",
    row,
    hub,
    known,
    announce: !quiet && (known === undefined || row.joinedPosition > position),
    reach: {
      position,
      known: Math.min(known ?? -1, hub.last),
      joined: row.joinedSeq,
      messages: recent === undefined || quiet ? Number.POSITIVE_INFINITY : RECENT_MESSAGES,
    },
  }
}

const lostTurn = (asked: Asked, row: MembershipRow, known: number | undefined): Turn => ({
  _tag: "Lost",
  row,
  removedSeq: row.removedSeq ?? row.joinedSeq,
  known,
  reach: {
    position: asked.position ?? -1,
    known: known ?? -1,
    joined: row.joinedSeq,
    messages: Number.POSITIVE_INFINITY,
  },
})
