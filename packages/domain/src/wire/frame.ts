/**
 * A conversation's event as the frame that its members get (protocol, section 4), as JSON text.
 *
 * Always true: one event is one frame, and the same event with the same plaintexts is the same text, however often it is sent.
 * Not for: frames without a `seq`, and not for what one member must not see (`encodeHidden`).
 */
import type {
  ConversationCreated,
  ConversationEvent,
  MessageEdited,
  MessageSent,
  ReactionAdded,
  ReactionRemoved,
} from "../conversation/events.ts"
import { editPlace, sentPlace, settingPlace } from "../conversation/places.ts"
import type { History, Kind } from "../conversation/vocabulary.ts"
import { type ClientMessageId, type ConversationId, type UserId, frameEventId } from "../ids.ts"
import type { Sealed } from "../Sealed.ts"
import { toWire } from "../Timestamp.ts"

/** Which field of an event is sealed. */
export type SealedField = "body" | "name" | "topic" | "metadata"

/**
 * The plaintexts of an event's sealed fields, those that could be opened and may be shown. `body` is what `encodeContent` wrote, or
 * `encodeEdit`; `metadata` (of a conversation) is JSON text; `name` and `topic` are themselves. A message without its body, and an
 * edit without it, say `deleted`.
 */
export type Opened = Readonly<Partial<Record<SealedField, string>>>

export interface FrameParts {
  readonly conversation: ConversationId
  readonly seq: number
  readonly event: ConversationEvent
  readonly opened: Opened
  /** Only for the sender's own connections: puts the message's key into the envelope. */
  readonly clientMsgId?: ClientMessageId
}

/** The sealed fields of an event, by name: open each and hand the plaintexts to `encodeFrame` under the same names. */
export const sealedFields = (event: ConversationEvent): ReadonlyArray<readonly [SealedField, Sealed]> => {
  switch (event._tag) {
    case "MessageSent":
    case "MessageEdited":
      return [["body", event.body]]
    case "ConversationCreated":
    case "ConversationUpdated":
    case "ConversationArchived":
    case "DirectRestricted":
    case "DirectRestrictionLifted":
      return sealedSettings(event)
    case "MemberAdded":
    case "MemberRemoved":
    case "MemberRoleChanged":
    case "MessageDeleted":
    case "ReactionAdded":
    case "ReactionRemoved":
      return []
  }
}

const sealedSettings = (
  event: Pick<ConversationCreated, "name" | "topic" | "metadata">,
): ReadonlyArray<readonly [SealedField, Sealed]> => {
  const fields: Array<readonly [SealedField, Sealed]> = []
  if (event.name !== undefined) fields.push(["name", event.name])
  if (event.topic !== undefined) fields.push(["topic", event.topic])
  if (event.metadata !== undefined) fields.push(["metadata", event.metadata])
  return fields
}

/** Where a sealed field of this event stands. */
export const placeOf = (
  conversation: ConversationId,
  event: ConversationEvent,
  field: SealedField,
): string => {
  if (event._tag === "MessageSent") return sentPlace(conversation, event.client_msg_id)
  if (event._tag === "MessageEdited") return editPlace(conversation, event.message_id)
  return settingPlace(conversation, field)
}

export const encodeFrame = (parts: FrameParts): string => {
  const { conversation, seq, event, opened, clientMsgId } = parts
  const framed = (type: string, payload: string): string =>
    envelope(type, conversation, seq, event.ts, payload)
  switch (event._tag) {
    case "MessageSent":
      return envelope("message.new", conversation, seq, event.ts, messageNew(event, opened), clientMsgId)
    case "MemberAdded":
      return framed(
        "member.added",
        JSON.stringify({
          members: event.members,
          actor_id: event.actor,
          member_count: event.member_count,
        }),
      )
    case "MemberRemoved":
      return framed(
        "member.removed",
        JSON.stringify({
          user_ids: event.user_ids,
          actor_id: event.actor,
          member_count: event.member_count,
        }),
      )
    case "MemberRoleChanged":
      return framed(
        "member.role_changed",
        JSON.stringify({ user_id: event.user_id, role: event.role, actor_id: event.actor }),
      )
    case "MessageEdited":
      return framed("message.edited", messageEdited(event, opened))
    case "MessageDeleted":
      return framed("message.deleted", `{"message_id":"${event.message_id}","actor_id":"${event.actor}"}`)
    case "ReactionAdded":
      return framed("reaction.added", reaction(event))
    case "ReactionRemoved":
      return framed("reaction.removed", reaction(event))
    case "ConversationCreated":
      return framed("conversation.created", conversationCreated(conversation, seq, event, opened))
    case "ConversationUpdated":
    case "DirectRestricted":
    case "DirectRestrictionLifted":
      return framed("conversation.updated", conversationText(conversation, seq, event, opened, false))
    case "ConversationArchived":
      return framed("conversation.archived", conversationText(conversation, seq, event, opened, true))
  }
}

/** What takes an event's place for a member who must not see it: its number and nothing else. */
export const encodeHidden = (conversation: ConversationId, seq: number, ts: number): string =>
  envelope("event.hidden", conversation, seq, ts, "{}")

/** Ids, numbers and time stamps need no escaping: their shapes hold no quote and no backslash, but `client_msg_id` may. */
const envelope = (
  type: string,
  conversation: ConversationId,
  seq: number,
  ts: number,
  payload: string,
  clientMsgId?: ClientMessageId,
): string =>
  `{"id":"${frameEventId(conversation, seq)}","type":"${type}","conversation_id":"${conversation}","seq":${seq},` +
  (clientMsgId === undefined ? "" : `"client_msg_id":${JSON.stringify(clientMsgId)},`) +
  `"ts":"${toWire(ts)}","payload":${payload}}`

/** The opened body is an object's JSON text already: it is spliced in without being parsed, which a hot group notices. */
const messageNew = (event: MessageSent, opened: Opened): string => {
  const place =
    `{"message_id":"${event.message_id}","sender_id":"${event.sender}"` +
    (event.thread_root_id === undefined ? "" : `,"thread_root_id":"${event.thread_root_id}"`) +
    (event.reply_to_message_id === undefined ? "" : `,"reply_to_message_id":"${event.reply_to_message_id}"`)
  if (opened.body === undefined) return `${place},"deleted":true,"ordinal":${event.ordinal}}`
  const content = opened.body.length > 2 ? `,${opened.body.slice(1, -1)}` : ""
  const media = event.media === undefined ? "" : `,"media":${JSON.stringify(event.media)}`
  return `${place}${content}${media},"ordinal":${event.ordinal}}`
}

/** The opened body is `{"text":…}` as JSON text already. */
const messageEdited = (event: MessageEdited, opened: Opened): string =>
  `{"message_id":"${event.message_id}",` +
  (opened.body === undefined ? `"deleted":true` : opened.body.slice(1, -1)) +
  `,"editor_id":"${event.actor}"}`

const reaction = (event: ReactionAdded | ReactionRemoved): string =>
  JSON.stringify({
    message_id: event.message_id,
    emoji: event.emoji,
    user_id: event.actor,
    count: event.count,
  })

/** The conversation of section 6 without the reader's own fields, and its founders. */
const conversationCreated = (
  conversation: ConversationId,
  seq: number,
  event: ConversationCreated,
  opened: Opened,
): string => {
  const { kind, history, member_count, members, ts } = event
  const member_ids = kind === "direct" ? members.map((member) => member.user_id) : undefined
  const stands = { kind, history, member_count, created_at: ts, member_ids }
  return JSON.stringify({ ...conversationNow(conversation, seq, stands, opened, false), members })
}

const conversationText = (
  conversation: ConversationId,
  seq: number,
  stands: Stands,
  opened: Opened,
  archived: boolean,
): string => JSON.stringify(conversationNow(conversation, seq, stands, opened, archived))

/** The readable part of the settings that an event holds. */
interface Stands {
  readonly kind: Kind
  readonly history: History
  readonly created_at: number
  readonly member_count: number
  readonly member_ids?: ReadonlyArray<UserId> | undefined
}

/** Absent fields are `undefined` here and so not in the text. */
const conversationNow = (
  conversation: ConversationId,
  seq: number,
  stands: Stands,
  opened: Opened,
  archived: boolean,
): object => ({
  id: conversation,
  kind: stands.kind,
  name: opened.name,
  topic: opened.topic,
  created_at: toWire(stands.created_at),
  member_count: stands.member_count,
  member_ids: stands.member_ids,
  last_seq: seq,
  history: stands.history,
  archived,
  metadata: opened.metadata === undefined ? undefined : (JSON.parse(opened.metadata) as unknown),
})
