/** Setting somebody's role. Owners hand over by appointing another owner first: a group never stands without one. */
import { type Decision, accept, reject } from "../Decision.ts"
import { rejection } from "../Rejection.ts"
import type { Done, SetRole } from "./commands.ts"
import type { ConversationEvent } from "./events.ts"
import { permitted } from "./rights.ts"
import { type ConversationState, type Live, memberOf, nextTs } from "./state.ts"

export const setRole = (before: ConversationState, command: SetRole): Decision<ConversationEvent, Done> => {
  const may = permitted(before, command.actor, "setRole")
  if (may._tag === "Rejected") return may
  const { state } = may
  const target = memberOf(state, command.user_id)
  if (target === undefined) return reject(rejection("not_found", "There is no such member."))
  if (target.role === command.role) return accept([], { _tag: "Done", seq: state.revision })
  if (target.role === "owner" && owners(state) === 1)
    return reject(rejection("conflict", "A group always has an owner: appoint another one first.", "role"))
  return accept(
    [
      {
        _tag: "MemberRoleChanged",
        ts: nextTs(state, command.now),
        actor: command.actor,
        user_id: command.user_id,
        role: command.role,
      },
    ],
    { _tag: "Done", seq: state.revision + 1 },
  )
}

/** O(members), and only when an owner is demoted. */
const owners = (state: Live): number => {
  let count = 0
  for (const [, member] of state.members) if (member.role === "owner") count += 1
  return count
}
