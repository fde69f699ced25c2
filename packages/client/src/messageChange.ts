/**
 * What an event, or a command of one's own, makes of an earlier message.
 *
 * Always true: pure; a deleted message stays deleted, whatever comes after it.
 */
import type { Event, Message, Reaction } from "./Entry.ts"
import type { MessageNew } from "./wire.ts"

export interface MessageChange {
  readonly messageId: string
  readonly apply: <M extends Message>(message: M) => M
}

export const edited =
  (text: string) =>
  <M extends Message>(message: M): M =>
    message.deleted ? message : { ...message, text, edited: true }

export const deleted = <M extends Message>(message: M): M => {
  const { text: _text, ...rest } = message
  return { ...rest, deleted: true, edited: false, reactions: [] } as unknown as M
}

/** `count`: how many there are now; without it, one more or one fewer. Nothing when `mine` is so already. */
export const reacted =
  (emoji: string, mine: boolean | undefined, count?: number) =>
  <M extends Message>(message: M): M => {
    if (message.deleted) return message
    const before = message.reactions.find((one) => one.emoji === emoji)
    const isMine = mine ?? before?.mine ?? false
    if (count === undefined && isMine === (before?.mine ?? false)) return message
    const after: Reaction = {
      emoji,
      mine: isMine,
      count: count ?? (before?.count ?? 0) + (isMine ? 1 : -1),
    }
    const others = message.reactions.filter((one) => one.emoji !== emoji)
    if (after.count <= 0) return { ...message, reactions: others }
    return {
      ...message,
      reactions:
        before === undefined
          ? [...others, after]
          : message.reactions.map((one) => (one === before ? after : one)),
    }
  }

/** `me`: whose reactions are "mine". `undefined`: the event changes no message. */
export const changeOf = (frame: Event, me: string): MessageChange | undefined => {
  const payload = frame.payload as {
    readonly message_id: string
    readonly text?: string
    readonly deleted?: boolean
    readonly emoji: string
    readonly user_id: string
    readonly count: number
  }
  const messageId = payload.message_id
  switch (frame.type) {
    case "message.edited":
      return {
        messageId,
        apply: payload.deleted === true || payload.text === undefined ? deleted : edited(payload.text),
      }
    case "message.deleted":
      return { messageId, apply: deleted }
    case "reaction.added":
    case "reaction.removed": {
      const mine = payload.user_id === me ? frame.type === "reaction.added" : undefined
      return { messageId, apply: reacted(payload.emoji, mine, payload.count) }
    }
    case "message.new": {
      const root = (frame.payload as MessageNew).thread_root_id
      if (root === undefined) return undefined
      return { messageId: root, apply: (message) => ({ ...message, replyCount: message.replyCount + 1 }) }
    }
    default:
      return undefined
  }
}
