/** Who may add and remove whom in a group (protocol, section 6: roles). */
import { type Rejection, rejection } from "../Rejection.ts"
import type { UserId } from "../ids.ts"
import type { MemberEntry } from "./events.ts"
import { type ConversationState, memberOf } from "./state.ts"
import type { Role } from "./vocabulary.ts"

const above = (role: Role): boolean => role === "owner" || role === "admin"

/**
 * Why this may not be done, or `undefined`. Anybody may remove himself. Otherwise members and readers change nothing; admins add
 * nobody above `member` and remove nobody above `member`; owners do as they like. Judged on what was asked, whether or not it
 * would have an effect.
 */
export const refusal = (
  state: ConversationState,
  actor: UserId,
  role: Role,
  add: ReadonlyMap<UserId, MemberEntry>,
  remove: ReadonlySet<UserId>,
): Rejection | undefined => {
  if (role === "owner") return undefined
  if (!above(role)) {
    const onlyHimself = add.size === 0 && (remove.size === 0 || (remove.size === 1 && remove.has(actor)))
    return onlyHimself ? undefined : rejection("forbidden", "Only owners and admins change who is a member.")
  }
  for (const entry of add.values())
    if (above(entry.role)) return rejection("forbidden", "Admins add nobody above member.", "add")
  for (const user of remove) {
    const target = memberOf(state, user)
    if (user !== actor && target !== undefined && above(target.role))
      return rejection("forbidden", "Admins do not remove owners or other admins.", "remove")
  }
  return undefined
}
