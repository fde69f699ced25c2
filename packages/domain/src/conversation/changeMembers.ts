/**
 * Adding and removing members of a group, as a whole or not at all.
 *
 * Always true: removals come before additions, so that nobody hears of who came after him; when a group with members would be left
 * without an owner, the successor's appointment is the decision's last event.
 */
import * as HashMap from "effect/HashMap"
import { type Decision, accept, reject } from "../Decision.ts"
import { type Rejection, rejection } from "../Rejection.ts"
import type { UserId } from "../ids.ts"
import type { ChangeMembers, MembersChanged } from "./commands.ts"
import type { ConversationEvent, MemberEntry } from "./events.ts"
import { inEvents } from "./inEvents.ts"
import { notFound } from "./notFound.ts"
import { covers, refusal, rights } from "./rights.ts"
import { type ConversationState, type Live, memberOf, nextTs } from "./state.ts"
import { successor } from "./succession.ts"
import type { Role } from "./vocabulary.ts"

export const changeMembers = (
  state: ConversationState,
  command: ChangeMembers,
): Decision<ConversationEvent, MembersChanged> => {
  if (state._tag === "Absent" || state.kind === "direct") return notFound()
  const actor = memberOf(state, command.actor)
  if (actor === undefined) return notFound()
  const wanted = asked(command)
  if (wanted === undefined)
    return reject(
      rejection("unprocessable", "A user is named twice: to be added and removed, or in two roles.", "add"),
    )
  const refused = refusalOf(state, command.actor, actor.role, wanted)
  if (refused !== undefined) return reject(refused)

  const removed = [...wanted.remove].filter((user) => HashMap.has(state.members, user))
  const added = [...wanted.add.values()].filter((entry) => !HashMap.has(state.members, entry.user_id))
  const count = state.memberCount - removed.length + added.length
  if (added.length > 0 && count > command.limits.group_members)
    return reject(
      rejection("unprocessable", `A group has at most ${command.limits.group_members} members.`, "add"),
    )
  const events = facts(state, command, removed, added)
  return accept(events, {
    _tag: "MembersChanged",
    added: added.map((entry) => entry.user_id),
    removed,
    seq: state.revision + events.length,
  })
}

interface Wanted {
  readonly add: ReadonlyMap<UserId, MemberEntry>
  readonly remove: ReadonlySet<UserId>
}

/** Without repeats. `undefined` when the lists contradict themselves or each other. */
const asked = (command: ChangeMembers): Wanted | undefined => {
  const remove = new Set(command.remove)
  const add = new Map<UserId, MemberEntry>()
  for (const entry of command.add) {
    const before = add.get(entry.user_id)
    if (remove.has(entry.user_id) || (before !== undefined && before.role !== entry.role)) return undefined
    if (before === undefined) add.set(entry.user_id, entry)
  }
  return { add, remove }
}

/**
 * Why this may not be done, or `undefined`. Anybody may remove himself. Judged on what was asked, whether or not it would have an
 * effect, and as a whole.
 */
const refusalOf = (
  state: Live,
  actor: UserId,
  role: Role,
  { add, remove }: Wanted,
): Rejection | undefined => {
  const others = [...remove].filter((user) => user !== actor)
  if (add.size === 0 && others.length === 0) return refusal(state, role, "leave")
  const refused =
    (add.size > 0 ? refusal(state, role, "add") : undefined) ??
    (others.length > 0 ? refusal(state, role, "remove") : undefined)
  if (refused !== undefined) return refused
  for (const entry of add.values())
    if (!covers(rights.add[role], entry.role))
      return rejection("forbidden", "Admins add nobody above member.", "add")
  for (const user of others) {
    const target = memberOf(state, user)
    if (target !== undefined && !covers(rights.remove[role], target.role))
      return rejection("forbidden", "Admins do not remove owners or other admins.", "remove")
  }
  return undefined
}

const facts = (
  state: Live,
  command: ChangeMembers,
  removed: ReadonlyArray<UserId>,
  added: ReadonlyArray<MemberEntry>,
): ReadonlyArray<ConversationEvent> => {
  const ts = nextTs(state, command.now)
  const { actor } = command
  const events: Array<ConversationEvent> = []
  let count = state.memberCount
  for (const user_ids of inEvents(removed)) {
    count -= user_ids.length
    events.push({ _tag: "MemberRemoved", ts, actor, user_ids, member_count: count })
  }
  for (const members of inEvents(added)) {
    count += members.length
    events.push({ _tag: "MemberAdded", ts, actor, members, member_count: count })
  }
  const heir = successor(state, removed, added)
  if (heir !== undefined) events.push({ _tag: "MemberRoleChanged", ts, actor, user_id: heir, role: "owner" })
  return events
}
