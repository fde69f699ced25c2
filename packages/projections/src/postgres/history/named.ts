/** What the events of a batch are about: the rows that have to be known before anything is decided. */
import { seqOfMessage } from "@parley/domain/ids"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import type { ModelEvent } from "../../Model.ts"

export interface Named {
  readonly conversations: ReadonlySet<string>
  /** Conversations of whose settings something changes. */
  readonly settings: ReadonlySet<string>
  /** By conversation: people who come, go or get another role; senders; messages, by their seq. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  readonly senders: ReadonlyMap<string, ReadonlySet<string>>
  readonly messages: ReadonlyMap<string, ReadonlySet<number>>
}

const membersIn = (event: ConversationEvent): ReadonlyArray<string> => {
  switch (event._tag) {
    case "ConversationCreated":
    case "MemberAdded":
      return event.members.map((member) => member.user_id)
    case "MemberRemoved":
      return event.user_ids
    case "MemberRoleChanged":
      return [event.user_id]
    default:
      return []
  }
}

const messageIn = (event: ConversationEvent): number | undefined => {
  if ("message_seq" in event) return event.message_seq
  if (event._tag !== "MessageSent" || event.thread_root_id === undefined) return undefined
  return seqOfMessage(event.thread_root_id)
}

const changesSettings = (event: ConversationEvent): boolean =>
  event._tag === "ConversationUpdated" ||
  event._tag === "DirectRestricted" ||
  event._tag === "DirectRestrictionLifted"

const note = <A>(into: Map<string, Set<A>>, conversation: string, values: Iterable<A>): void => {
  const known = into.get(conversation) ?? new Set()
  into.set(conversation, known)
  for (const value of values) known.add(value)
}

export const namedIn = (events: ReadonlyArray<ModelEvent>): Named => {
  const settings = new Set<string>()
  const members = new Map<string, Set<string>>()
  const senders = new Map<string, Set<string>>()
  const messages = new Map<string, Set<number>>()
  for (const { event, subject } of events) {
    if (changesSettings(event)) settings.add(subject)
    if (event._tag === "MessageSent") note(senders, subject, [event.sender])
    const about = messageIn(event)
    if (about !== undefined) note(messages, subject, [about])
    const people = membersIn(event)
    if (people.length > 0) note(members, subject, people)
  }
  return {
    conversations: new Set(events.map(({ subject }) => subject)),
    settings,
    members,
    senders,
    messages,
  }
}
