/** A page of the roster, folded over the log's tail. */
import type { ConversationView, MemberRow } from "../History.ts"
import { foldView } from "./foldView.ts"
import { type Known, type MemberView, type Reader, type TailEvent, unseen } from "./tail.ts"

export interface RosterPage {
  /** Exclusive. */
  readonly after: string | undefined
  readonly limit: number
}

/** How many members more than the page's limit the model must be asked for, so that those who left in the tail are made up for. */
export const leavers = (tail: ReadonlyArray<TailEvent>): number =>
  tail.reduce((sum, { event }) => (event._tag === "MemberRemoved" ? sum + event.user_ids.length : sum), 0)

/** `known.members`: the first `limit` + `leavers(tail)` after the page's mark, or all of them. By user id. */
export const foldRoster = (
  known: Known<ConversationView & { readonly members: ReadonlyArray<MemberRow> }>,
  reader: Reader,
  page: RosterPage,
  tail: ReadonlyArray<TailEvent>,
): (MemberView & { readonly members: ReadonlyArray<MemberRow> }) | undefined => {
  const view = foldView(known, reader, tail)
  if (view === undefined) return undefined
  const members = new Map((known?.members ?? []).map((member) => [member.user, member]))
  const { after = "", limit } = page
  for (const { event, revision } of unseen(known, tail)) {
    if (event._tag === "MemberRemoved") for (const user of event.user_ids) members.delete(user)
    else if (event._tag === "MemberRoleChanged") {
      const member = members.get(event.user_id)
      if (member !== undefined) members.set(event.user_id, { ...member, role: event.role })
    } else if (event._tag === "ConversationCreated" || event._tag === "MemberAdded")
      for (const { user_id: user, role } of event.members)
        if (user > after && !members.has(user))
          members.set(user, { user, role, joinedSeq: revision, joinedAt: event.ts })
  }
  const byUser = [...members.values()].sort((a, b) => (a.user < b.user ? -1 : 1))
  return { ...view, members: byUser.slice(0, limit) }
}
