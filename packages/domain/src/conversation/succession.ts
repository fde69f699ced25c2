/** A group always has an owner: who follows when the last one goes. */
import type { UserId } from "../ids.ts"
import type { MemberEntry } from "./events.ts"
import { type Live, memberOf } from "./state.ts"
import type { Role } from "./vocabulary.ts"

const rank: Record<Role, number> = { owner: 0, admin: 1, member: 2, reader: 3 }

interface Candidate {
  readonly user: UserId
  readonly role: Role
  readonly joinedSeq: number
}

/** The higher role first, then the longer membership, then the user id, so that every node finds the same one. */
const before = (a: Candidate, b: Candidate): boolean => {
  if (rank[a.role] !== rank[b.role]) return rank[a.role] < rank[b.role]
  if (a.joinedSeq !== b.joinedSeq) return a.joinedSeq < b.joinedSeq
  return a.user < b.user
}

/**
 * Whom to make owner once `removed` have gone and `added` have come; `undefined` when an owner remains or nobody does.
 * O(members), and only when an owner is among the removed.
 */
export const successor = (
  state: Live,
  removed: ReadonlyArray<UserId>,
  added: ReadonlyArray<MemberEntry>,
): UserId | undefined => {
  if (!removed.some((user) => memberOf(state, user)?.role === "owner")) return undefined
  const gone = new Set(removed)
  let best: Candidate | undefined
  const consider = (candidate: Candidate): void => {
    if (best === undefined || before(candidate, best)) best = candidate
  }
  for (const [user, member] of state.members)
    if (!gone.has(user)) consider({ user, role: member.role, joinedSeq: member.joinedSeq })
  for (const entry of added)
    consider({ user: entry.user_id, role: entry.role, joinedSeq: Number.POSITIVE_INFINITY })
  return best === undefined || best.role === "owner" ? undefined : best.user
}
