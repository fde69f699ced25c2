/** What conversations, people and messages are called in one line. */
import type { Parley } from "/client/connect.ts"
import type { Message, Notice } from "/client/Timeline.ts"
import type { Conversation } from "/client/wire.ts"

export const titleOf = (conversation: Conversation, me: string): string =>
  conversation.kind === "direct"
    ? (partnerOf(conversation, me) ?? "Direct conversation")
    : conversation.name?.trim() || "Group without a name"

/** Whose colour the conversation has. */
export const colourIdOf = (conversation: Conversation, me: string): string =>
  partnerOf(conversation, me) ?? conversation.id

export const subtitleOf = (conversation: Conversation): string => {
  if (conversation.archived) return "Archived"
  if (conversation.kind === "direct") return "Direct conversation"
  return conversation.member_count === 1 ? "1 member" : `${conversation.member_count} members`
}

/** What a message says, also when it has no text to show. */
export const textOf = (message: Message): string =>
  message.text ?? (message.deleted ? "Message deleted" : "This kind of message cannot be shown here")

export const previewOf = (parley: Parley, conversation: Conversation): string => {
  const last = parley.lastMessage(conversation.id)
  if (last === undefined) return conversation.kind === "group" ? "Group created" : "No messages yet"
  if (last.senderId === parley.userId) return `You: ${textOf(last)}`
  return conversation.kind === "group" ? `${last.senderId}: ${textOf(last)}` : textOf(last)
}

export const noticeText = (notice: Notice, me: string): string => {
  const actor = notice.actorId === undefined ? undefined : called(notice.actorId, me)
  if (notice.event === "created") return "Conversation created"
  const whom = listOf(notice.userIds.map((id) => (id === me ? "you" : id)))
  if (notice.userIds.length === 1 && notice.userIds[0] === notice.actorId)
    return notice.event === "added" ? `${actor} joined` : `${actor} left`
  return notice.event === "added"
    ? `${actor ?? "Somebody"} added ${whom}`
    : `${actor ?? "Somebody"} removed ${whom}`
}

const called = (userId: string, me: string): string => (userId === me ? "You" : userId)

/** Long lists are cut: a group may start with hundreds. */
const listOf = (names: ReadonlyArray<string>): string => {
  if (names.length <= 3) return names.join(", ")
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} others`
}

const partnerOf = (conversation: Conversation, me: string): string | undefined =>
  conversation.member_ids?.find((id) => id !== me)
