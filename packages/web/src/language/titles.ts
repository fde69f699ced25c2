/** What conversations, people and messages are called in one line. */
import type { Parley } from "@parley/client/connect"
import type { Message, Notice } from "@parley/client/Entry"
import type { Conversation } from "@parley/client/wire"
import { texts } from "./language.ts"
import { shortMoment } from "./times.ts"

export const titleOf = (conversation: Conversation, parley: Parley): string => {
  if (conversation.kind === "group") return conversation.name?.trim() || texts.groupWithoutName
  const partner = partnerOf(conversation, parley.userId)
  return partner === undefined ? texts.directConversation : parley.people.nameOf(partner)
}

/** Whose colour the conversation has. */
export const colourIdOf = (conversation: Conversation, me: string): string =>
  partnerOf(conversation, me) ?? conversation.id

export const subtitleOf = (conversation: Conversation, muted: boolean): string => {
  const { archived, kind, member_count, topic } = conversation
  const what = kind === "direct" ? texts.directConversation : texts.members(member_count)
  return [archived ? texts.archived : what, ...(topic ? [topic] : []), ...(muted ? [texts.muted] : [])].join(
    " · ",
  )
}

/** What a message says, also when it has no text to show. */
export const textOf = (message: Message): string =>
  message.text ?? (message.deleted ? texts.messageDeleted : texts.cannotShow)

export const previewOf = (parley: Parley, conversation: Conversation): string => {
  const last = parley.lastMessage(conversation.id)
  const group = conversation.kind === "group"
  if (last === undefined) return group ? texts.groupCreated : texts.noMessages
  if (last.senderId === parley.userId) return texts.preview(texts.you, textOf(last))
  if (!group) return textOf(last)
  if (parley.preferences.isBlocked(last.senderId)) return texts.fromBlocked
  return texts.preview(parley.people.nameOf(last.senderId), textOf(last))
}

/** `before`: the latest earlier notice that tells the name. */
export const noticeText = (notice: Notice, parley: Parley, before: Notice | undefined): string => {
  const nameOf = (id: string): string => (id === parley.userId ? texts.you : parley.people.nameOf(id))
  const actor = notice.actorId === undefined ? texts.somebody : nameOf(notice.actorId)
  const whom = listOf(notice.userIds.map((id) => (id === parley.userId ? texts.youAsObject : nameOf(id))))
  const alone = notice.userIds.length === 1 && notice.userIds[0] === notice.actorId
  switch (notice.event) {
    case "created":
      return notice.actorId === undefined ? texts.created : texts.createdBy(actor)
    case "added":
      return alone ? texts.joined(actor) : texts.added(actor, whom)
    case "removed":
      return alone ? texts.left(actor) : texts.removed(actor, whom)
    case "role":
      return texts.roleChanged(
        nameOf(notice.userIds[0] ?? ""),
        texts.roles[notice.role ?? ""] ?? notice.role ?? "",
      )
    case "archived":
      return texts.groupArchived
    case "updated":
      if (notice.name !== undefined && notice.name !== before?.name) return texts.renamed(notice.name)
      if (before === undefined || notice.topic === before.topic) return texts.groupChanged
      return notice.topic ? texts.topicChanged(notice.topic) : texts.topicRemoved
  }
}

/** Long lists are cut: a group may start with hundreds. */
const listOf = (names: ReadonlyArray<string>): string =>
  names.length <= 3 ? names.join(", ") : texts.andOthers(names.slice(0, 2).join(", "), names.length - 2)

export const partnerOf = (conversation: Conversation, me: string): string | undefined =>
  conversation.kind === "direct" ? conversation.member_ids?.find((id) => id !== me) : undefined

export const lastSeenText = (at: number, now: number): string => texts.lastSeen(shortMoment(at, now))
