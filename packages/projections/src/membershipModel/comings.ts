/** Who comes and who goes by an event, and what that makes of a person's row: what both engines write. */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { Position } from "@parley/runtime/EventStore"

/** Names on disk. */
export const comingTypes: ReadonlySet<string> = new Set([
  "ConversationCreated",
  "MemberAdded",
  "MemberRemoved",
])

/** One person in one conversation. `removedSeq` and `removedPosition` are `null` while he is in it. */
export interface Stay {
  readonly joinedSeq: number
  readonly joinedPosition: Position
  readonly removedSeq: number | null
  readonly removedPosition: Position | null
}

export interface Comings {
  readonly joined: ReadonlyArray<string>
  readonly left: ReadonlyArray<string>
}

const nobody: Comings = { joined: [], left: [] }

export const comingsOf = (event: ConversationEvent): Comings => {
  switch (event._tag) {
    case "ConversationCreated":
    case "MemberAdded":
      return { joined: event.members.map((member) => member.user_id), left: [] }
    case "MemberRemoved":
      return { joined: [], left: event.user_ids }
    default:
      return nobody
  }
}

/** The same row when nothing changes: who is in already, or an event that was applied before. */
export const afterJoining = (stay: Stay | undefined, seq: number, position: Position): Stay =>
  stay === undefined || (stay.removedSeq !== null && seq > stay.removedSeq)
    ? { joinedSeq: seq, joinedPosition: position, removedSeq: null, removedPosition: null }
    : stay

export const afterLeaving = (stay: Stay | undefined, seq: number, position: Position): Stay | undefined =>
  stay !== undefined && stay.removedSeq === null && stay.joinedSeq < seq
    ? { ...stay, removedSeq: seq, removedPosition: position }
    : stay
