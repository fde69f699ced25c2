/**
 * Where the sealed fields of a conversation stand: what a box is bound to, so that one moved elsewhere does not open.
 *
 * Always true: no two fields share a place, except one that replaces the other (a new name, a later edit of the same message).
 */
import type { ClientMessageId, ConversationId, MessageId } from "../ids.ts"

/** The body of a message; its owner is the sender. Known before the message has an id. */
export const sentPlace = (conversation: ConversationId, clientMsgId: ClientMessageId): string =>
  `${conversation}/sent/${clientMsgId}`

/** The body of a message's edits; their owner is the author. */
export const editPlace = (conversation: ConversationId, message: MessageId): string =>
  `${conversation}/edit/${message}`

/** A conversation's own strings (`name`, `topic`, `metadata`); the owner is whoever set it. */
export const settingPlace = (conversation: ConversationId, setting: string): string =>
  `${conversation}/${setting}`
