/** A conversation and the reader's membership in it, folded over the log's tail. */
import type { ConversationCreated, ConversationEvent, MemberEntry } from "@parley/domain/conversation/events"
import type { ConversationRow, ConversationView, MemberRow } from "../History.ts"
import { type Known, type MemberView, type Reader, type TailEvent, unseen } from "./tail.ts"

/** `undefined` for a stranger and for an ex-member, as for a conversation that never was. */
export const foldView = (
  known: Known<ConversationView>,
  { conversation: id, user }: Reader,
  tail: ReadonlyArray<TailEvent>,
): MemberView | undefined => {
  let conversation = known?.conversation
  let member = known?.member
  for (const { event, revision, position } of unseen(known, tail)) {
    if (conversation === undefined) {
      if (event._tag !== "ConversationCreated") return undefined
      conversation = created(id, event, revision, position)
      member = joined(event.members, user, revision, event.ts)
      continue
    }
    conversation = changed({ ...conversation, revision, position }, event)
    member = stay(member, user, event, revision)
  }
  return conversation === undefined || member === undefined ? undefined : { conversation, member }
}

const changed = (conversation: ConversationRow, event: ConversationEvent): ConversationRow => {
  switch (event._tag) {
    case "MemberAdded":
    case "MemberRemoved":
      return { ...conversation, memberCount: event.member_count }
    case "ConversationUpdated": {
      const { name: _name, topic: _topic, metadata: _metadata, ...rest } = conversation
      return { ...rest, ...settingsOf(event) }
    }
    case "ConversationArchived":
      return { ...conversation, archived: true }
    case "DirectRestricted":
    case "DirectRestrictionLifted": {
      const others = conversation.restrictedBy.filter((one) => one !== event.actor)
      const restrictedBy = event._tag === "DirectRestricted" ? [...others, event.actor] : others
      return { ...conversation, restrictedBy }
    }
    case "ConversationCreated":
    case "MemberRoleChanged":
    case "MessageSent":
    case "MessageEdited":
    case "MessageDeleted":
    case "ReactionAdded":
    case "ReactionRemoved":
      return conversation
  }
}

const stay = (
  member: MemberRow | undefined,
  user: string,
  event: ConversationEvent,
  revision: number,
): MemberRow | undefined => {
  switch (event._tag) {
    case "MemberAdded":
      return member ?? joined(event.members, user, revision, event.ts)
    case "MemberRemoved":
      return event.user_ids.includes(user) ? undefined : member
    case "MemberRoleChanged":
      return member !== undefined && event.user_id === user ? { ...member, role: event.role } : member
    default:
      return member
  }
}

const settingsOf = ({
  name,
  topic,
  metadata,
}: Pick<ConversationCreated, "name" | "topic" | "metadata">): Pick<
  ConversationRow,
  "name" | "topic" | "metadata"
> => ({
  ...(name === undefined ? undefined : { name }),
  ...(topic === undefined ? undefined : { topic }),
  ...(metadata === undefined ? undefined : { metadata }),
})

const created = (
  id: string,
  event: ConversationCreated,
  revision: number,
  position: number,
): ConversationRow => ({
  id,
  kind: event.kind,
  createdAt: event.ts,
  memberCount: event.members.length,
  pair: event.kind === "direct" ? event.members.map((member) => member.user_id) : [],
  history: event.history,
  archived: false,
  restrictedBy: [],
  ...settingsOf(event),
  revision,
  position,
})

const joined = (
  members: ReadonlyArray<MemberEntry>,
  user: string,
  joinedSeq: number,
  joinedAt: number,
): MemberRow | undefined => {
  const entry = members.find((member) => member.user_id === user)
  return entry === undefined ? undefined : { user, role: entry.role, joinedSeq, joinedAt }
}
