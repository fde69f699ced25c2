/**
 * A conversation's event as the frame that its members get (protocol, section 4), as JSON text.
 *
 * Always true: one event is one frame, and the same event with the same plaintexts is the same text, however often it is sent.
 * Not for: frames without a `seq`, and not for what one member must not see (`encodeHidden`).
 */
import type { ConversationCreated, ConversationEvent, MessageSent } from "../conversation/events.ts"
import { type ClientMessageId, type ConversationId, frameEventId } from "../ids.ts"
import type { Sealed } from "../Sealed.ts"
import { toWire } from "../Timestamp.ts"

/** Which field of an event is sealed. */
export type SealedField = "body" | "name" | "topic" | "metadata"

/**
 * The plaintexts of an event's sealed fields, those that could be opened. `body` is what `encodeContent` wrote; `metadata` (of a
 * conversation) is JSON text; `name` and `topic` are themselves.
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
  if (event._tag === "MessageSent") return [["body", event.body]]
  if (event._tag !== "ConversationCreated") return []
  const fields: Array<readonly [SealedField, Sealed]> = []
  if (event.name !== undefined) fields.push(["name", event.name])
  if (event.topic !== undefined) fields.push(["topic", event.topic])
  if (event.metadata !== undefined) fields.push(["metadata", event.metadata])
  return fields
}

export const encodeFrame = ({ conversation, seq, event, opened, clientMsgId }: FrameParts): string => {
  switch (event._tag) {
    case "MessageSent":
      return envelope("message.new", conversation, seq, event.ts, messageNew(event, opened), clientMsgId)
    case "MemberAdded":
      return envelope(
        "member.added",
        conversation,
        seq,
        event.ts,
        JSON.stringify({
          members: event.members,
          actor_id: event.actor,
          member_count: event.member_count,
        }),
      )
    case "MemberRemoved":
      return envelope(
        "member.removed",
        conversation,
        seq,
        event.ts,
        JSON.stringify({
          user_ids: event.user_ids,
          actor_id: event.actor,
          member_count: event.member_count,
        }),
      )
    case "MemberRoleChanged":
      return envelope(
        "member.role_changed",
        conversation,
        seq,
        event.ts,
        JSON.stringify({ user_id: event.user_id, role: event.role, actor_id: event.actor }),
      )
    case "ConversationCreated":
      return envelope(
        "conversation.created",
        conversation,
        seq,
        event.ts,
        conversationCreated(conversation, seq, event, opened),
      )
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

/** The conversation of section 6 without the reader's own fields, and its founders. */
const conversationCreated = (
  conversation: ConversationId,
  seq: number,
  event: ConversationCreated,
  opened: Opened,
): string =>
  JSON.stringify({
    id: conversation,
    kind: event.kind,
    name: opened.name,
    topic: opened.topic,
    created_at: toWire(event.ts),
    member_count: event.member_count,
    member_ids: event.kind === "direct" ? event.members.map((member) => member.user_id) : undefined,
    members: event.members,
    last_seq: seq,
    history: event.history,
    archived: false,
    metadata: opened.metadata === undefined ? undefined : (JSON.parse(opened.metadata) as unknown),
  })
