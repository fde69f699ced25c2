/**
 * How a fact changes a conversation.
 *
 * Always true: total, pure and dull. It records and does not judge: an impossible fact counts as a revision and changes nothing
 * else. A message costs the same in a group of 10,000 as between two. The argument is never mutated.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type {
  ConversationCreated,
  ConversationEvent,
  ConversationUpdated,
  MemberAdded,
  MemberEntry,
  MemberRemoved,
  MemberRoleChanged,
  MessageSent,
} from "./events.ts"
import type { UserId } from "../ids.ts"
import { emptyWindow, keyOf, remember } from "./KeyWindow.ts"
import { happened, nothingRecalled } from "./RecalledMessages.ts"
import type { ConversationState, Live, Member } from "./state.ts"

export const evolve = (state: ConversationState, event: ConversationEvent): ConversationState => {
  const revision = state.revision + 1
  if (state._tag === "Absent")
    return event._tag === "ConversationCreated" ? created(revision, event) : { ...state, revision }
  const next: Live = { ...state, revision, lastTs: Math.max(state.lastTs, event.ts) }
  switch (event._tag) {
    case "ConversationCreated":
      return next
    case "MessageSent":
      return said(next, event)
    case "MemberAdded":
      return joined(next, event)
    case "MemberRemoved":
      return left(next, event)
    case "MemberRoleChanged":
      return appointed(next, event)
    case "MessageEdited":
    case "MessageDeleted":
    case "ReactionAdded":
    case "ReactionRemoved":
      return { ...next, recalled: happened(next.recalled, event, revision) }
    case "ConversationUpdated":
      return updated(next, event)
    case "ConversationArchived":
      return { ...next, archived: true, settingsSeq: revision }
    case "DirectRestricted":
      return restrictedBy(next, [...without(next.restrictedBy, event.actor), event.actor].sort())
    case "DirectRestrictionLifted":
      return restrictedBy(next, without(next.restrictedBy, event.actor))
  }
}

const without = (users: ReadonlyArray<UserId>, one: UserId): ReadonlyArray<UserId> =>
  users.filter((user) => user !== one)

const restrictedBy = (state: Live, users: ReadonlyArray<UserId>): Live => ({
  ...state,
  restrictedBy: users,
  settingsSeq: state.revision,
})

const updated = (before: Live, event: ConversationUpdated): Live => {
  const { name: _name, topic: _topic, metadata: _metadata, ...state } = before
  return {
    ...state,
    ...(event.name === undefined ? {} : { name: event.name }),
    ...(event.topic === undefined ? {} : { topic: event.topic }),
    ...(event.metadata === undefined ? {} : { metadata: event.metadata }),
    macs: event.macs,
    settingsSeq: before.revision,
  }
}

const created = (revision: number, event: ConversationCreated): Live => {
  const members = enter(HashMap.empty(), event.members, revision, event.ts)
  return {
    _tag: "Live",
    revision,
    kind: event.kind,
    creator: event.creator,
    createdAt: event.ts,
    history: event.history,
    ...(event.name === undefined ? {} : { name: event.name }),
    ...(event.topic === undefined ? {} : { topic: event.topic }),
    ...(event.metadata === undefined ? {} : { metadata: event.metadata }),
    ...(event.request === undefined ? {} : { request: event.request }),
    macs: {},
    archived: false,
    restrictedBy: [],
    settingsSeq: revision,
    members,
    memberCount: HashMap.size(members),
    lastTs: event.ts,
    ordinal: 0,
    senders: HashMap.empty(),
    window: emptyWindow,
    recalled: nothingRecalled,
  }
}

const said = (state: Live, event: MessageSent): Live => {
  const before = Option.getOrElse(HashMap.get(state.senders, event.sender), () => 0)
  return {
    ...state,
    ordinal: state.ordinal + 1,
    senders: HashMap.set(state.senders, event.sender, before + 1),
    window: remember(state.window, keyOf(event.sender, event.client_msg_id), {
      seq: state.revision,
      message_id: event.message_id,
      mac: event.mac,
      ts: event.ts,
    }),
  }
}

const joined = (state: Live, event: MemberAdded): Live =>
  withMembers(state, enter(state.members, event.members, state.revision, event.ts))

const left = (state: Live, event: MemberRemoved): Live => {
  let members = state.members
  for (const user of event.user_ids) members = HashMap.remove(members, user)
  return withMembers(state, members)
}

const appointed = (state: Live, event: MemberRoleChanged): Live => {
  const member = Option.getOrUndefined(HashMap.get(state.members, event.user_id))
  if (member === undefined) return state
  return withMembers(state, HashMap.set(state.members, event.user_id, { ...member, role: event.role }))
}

/** Who is in already stays as he is. */
const enter = (
  members: Live["members"],
  entries: ReadonlyArray<MemberEntry>,
  joinedSeq: number,
  joinedAt: number,
): Live["members"] => {
  let result = members
  for (const { user_id, role } of entries) {
    if (HashMap.has(result, user_id)) continue
    result = HashMap.set(result, user_id, { role, joinedSeq, joinedAt } satisfies Member)
  }
  return result
}

const withMembers = (state: Live, members: Live["members"]): Live => ({
  ...state,
  members,
  memberCount: HashMap.size(members),
})
