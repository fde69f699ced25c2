/**
 * What a `sync` has to do, decided before anything is sent: which conversations, in which order, and how far back each.
 *
 * Always true: pure. Every conversation of the user is either replayed and attached, attached only, or lost.
 */
import type { MembershipRow } from "@parley/projections/Membership"
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

/** Where a conversation stands: a hub, or what was found of it. `lastPosition`: at or after the place of `last` in the log. */
export interface Head {
  readonly conversation: string
  readonly last: number
  readonly lastPosition: number
}

export type Turn<H extends Head> = AttachTurn<H> | LostTurn

export type AttachTurn<H extends Head> = {
  readonly _tag: "Attach"
  /** Its place among the turns: a position in the log. */
  readonly at: number
  readonly row: MembershipRow
  readonly hub: H
  readonly reach: Omit<Reach, "frames">
  readonly known: number | undefined
  readonly announce: boolean
}

export type LostTurn = {
  readonly _tag: "Lost"
  readonly at: number
  readonly row: MembershipRow
  readonly removedSeq: number
  readonly reach: Omit<Reach, "frames">
  readonly known: number | undefined
}

/** Newest conversations first. `heads`: of the conversations that the user is in, and of lost ones that are to be placed by theirs. */
export const planSync = <H extends Head>(
  asked: Asked,
  rows: ReadonlyArray<MembershipRow>,
  heads: ReadonlyMap<string, H>,
): ReadonlyArray<Turn<H>> => {
  const turns: Array<Turn<H>> = []
  const recent = asked.position === undefined ? recentOf(rows, heads) : undefined
  for (const row of rows) {
    const known = asked.known.get(row.conversation)
    if (row.member) turns.push(attachTurn(asked, row, heads.get(row.conversation)!, known, recent))
    else if (asked.position !== undefined || known !== undefined) {
      const at = heads.get(row.conversation)?.lastPosition ?? row.removedPosition ?? -1
      turns.push(lostTurn(asked, row, at, known))
    }
  }
  return turns.sort((a, b) => b.at - a.at)
}

const recentOf = (
  rows: ReadonlyArray<MembershipRow>,
  heads: ReadonlyMap<string, Head>,
): ReadonlySet<string> =>
  new Set(
    rows
      .flatMap((row) => (row.member ? [heads.get(row.conversation)!] : []))
      .sort((a, b) => b.lastPosition - a.lastPosition)
      .slice(0, RECENT_CONVERSATIONS)
      .map((head) => head.conversation),
  )

const attachTurn = <H extends Head>(
  asked: Asked,
  row: MembershipRow,
  hub: H,
  known: number | undefined,
  recent: ReadonlySet<string> | undefined,
): AttachTurn<H> => {
  // An older conversation of a client without a cursor: from the head at the beginning of the sync on.
  const quiet = recent !== undefined && !recent.has(row.conversation)
  const position = quiet ? asked.head : (asked.position ?? -1)
  return {
    _tag: "Attach",
    at: hub.lastPosition,
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

const lostTurn = (asked: Asked, row: MembershipRow, at: number, known: number | undefined): LostTurn => ({
  _tag: "Lost",
  at,
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
