/**
 * The plaintexts of an event that has just been committed, without waiting: what its own request said, and what else the event repeats
 * (a conversation's name beside its new topic) as far as the keys are in memory.
 *
 * Always true: all of them, or `undefined`. An event that is not announced is read from the log by whoever misses its number.
 */
import type { ConversationEvent } from "@parley/domain/conversation/events"
import { type Opened, placeOf, type SealedField, sealedFields } from "@parley/domain/wire/frame"
import { encodeContent, encodeEdit } from "@parley/domain/wire/MessageContent"
import type { ConversationRequest } from "../Conversations.ts"
import type { KeyVault } from "../KeyVault.ts"
import { open } from "../Sealer.ts"

export const openedNow = (
  vault: KeyVault["Service"],
  conversation: string,
  event: ConversationEvent,
  request: ConversationRequest,
): Opened | undefined => {
  const said = saidBy(request)
  // The hot path: a message seals nothing but what its request says.
  if (event._tag === "MessageSent") return said
  const opened: Partial<Record<SealedField, string>> = {}
  for (const [field, sealed] of sealedFields(event)) {
    const key = said[field] === undefined ? vault.cached(sealed.owner) : undefined
    const text =
      said[field] ?? (key === undefined ? undefined : open(key, placeOf(conversation, event, field), sealed))
    if (text === undefined) return undefined
    opened[field] = text
  }
  return opened
}

const saidBy = (request: ConversationRequest): Opened => {
  switch (request._tag) {
    case "SendMessage":
      return { body: encodeContent(request.body) }
    case "EditMessage":
      return { body: encodeEdit(request.text) }
    case "CreateGroup":
    case "UpdateConversation": {
      const { name, topic, metadata } = request
      return {
        ...(name === undefined ? {} : { name }),
        ...(topic === undefined || topic === null ? {} : { topic }),
        ...(metadata === undefined || metadata === null ? {} : { metadata: JSON.stringify(metadata) }),
      }
    }
    default:
      return {}
  }
}
