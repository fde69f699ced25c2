/** The membership model, folded anew for every question: slow and obviously right. */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { MembershipRow } from "@parley/projections/Membership"
import type { MemberView } from "@parley/projections/Reads"
import type { FramedEvent } from "../../src/stream/FramedEvent.ts"

export interface Model {
  readonly event: ConversationEvent
  readonly framed: FramedEvent
  readonly position: number
}

/** Who is in after the events up to `position`, and since which `seq`. */
export const membersAt = (stream: ReadonlyArray<Model>, position: number): ReadonlyMap<string, number> => {
  const members = new Map<string, number>()
  stream.forEach(({ framed, position: at }, seq) => {
    if (at > position) return
    for (const user of framed.added ?? []) if (!members.has(user)) members.set(user, seq)
    for (const user of framed.removed ?? []) members.delete(user)
  })
  return members
}

export const rowsOf = (
  streams: ReadonlyMap<string, ReadonlyArray<Model>>,
  user: string,
  position: number,
  removedAfter: number,
): ReadonlyArray<MembershipRow> => {
  const rows: Array<MembershipRow> = []
  for (const [conversation, stream] of streams) {
    let row: MembershipRow | undefined
    stream.forEach(({ framed: { added, removed }, position: at }, seq) => {
      if (at > position) return
      if (added?.includes(user) === true && row?.member !== true)
        row = { conversation, member: true, joinedSeq: seq, joinedPosition: at }
      if (removed?.includes(user) === true && row?.member === true)
        row = { ...row, member: false, removedSeq: seq, removedPosition: at }
    })
    if (row !== undefined && (row.member || row.removedPosition! > removedAfter)) rows.push(row)
  }
  return rows
}

/** As `Reads.view` answers. */
export const viewOf = (
  id: string,
  is: {
    readonly user: string
    readonly joinedSeq: number
    readonly members: number
    readonly revision: number
  },
): MemberView => ({
  conversation: {
    id,
    kind: "group",
    createdAt: 0,
    memberCount: is.members,
    pair: [],
    history: "all",
    archived: false,
    restrictedBy: [],
    revision: is.revision,
    position: 0,
  },
  member: { user: is.user, role: "member", joinedSeq: is.joinedSeq, joinedAt: 0 },
})
