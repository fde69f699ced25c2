/**
 * Rows of the read models as the wire shows them: sealed strings opened, names of the protocol.
 *
 * Always true: one vault look-up for all rows. What cannot be opened any more is absent, and a message then says `deleted`.
 */
import { editPlace, sentPlace, settingPlace } from "@parley/domain/conversation/places"
import type { Sealed } from "@parley/domain/Sealed"
import { toWire } from "@parley/domain/Timestamp"
import type { Conversation, Message } from "@parley/domain/wire/conversation"
import { decodeContent, type MessageContent, withEdit } from "@parley/domain/wire/MessageContent"
import * as Effect from "effect/Effect"
import { Unavailable } from "@parley/runtime/errors"
import type { DataKey, KeyVault } from "@parley/runtime/KeyVault"
import { open } from "@parley/runtime/Sealer"
import type { MessageRow } from "./History.ts"
import type { MemberView } from "./fold/tail.ts"

type Keys = ReadonlyMap<string, DataKey>

const keysOf = (
  vault: KeyVault["Service"],
  owners: ReadonlyArray<string>,
): Effect.Effect<Keys, Unavailable> =>
  vault.existing([...new Set(owners)]).pipe(Effect.mapError(({ reason }) => new Unavailable({ reason })))

const opener = (keys: Keys, place: string, sealed: Sealed | undefined): string | undefined => {
  const key = sealed === undefined ? undefined : keys.get(sealed.owner)
  return key === undefined ? undefined : open(key, place, sealed!)
}

/** What the message says now; `undefined` when it is deleted, or cannot be opened any more. */
const contentOf = (keys: Keys, conversation: string, row: MessageRow): MessageContent | undefined => {
  const sent = opener(keys, sentPlace(conversation, row.clientMsgId), row.body)
  if (sent === undefined || row.edit === undefined)
    return sent === undefined ? undefined : decodeContent(sent)
  const edit = opener(keys, editPlace(conversation, row.messageId), row.edit.body)
  return edit === undefined ? undefined : decodeContent(withEdit(sent, edit))
}

const shown = (row: MessageRow, content: MessageContent | undefined) => {
  if (content === undefined) return { deleted: true, reactions: [] }
  return {
    ...content,
    ...(row.media === undefined ? {} : { media: row.media }),
    ...(row.edit === undefined ? {} : { edited_at: toWire(row.edit.at) }),
    reactions: row.reactions,
  }
}

const toMessage = (
  keys: Keys,
  conversation: string,
  reader: string,
  asOf: number,
  row: MessageRow,
): Message => ({
  message_id: row.messageId,
  sender_id: row.sender,
  ...shown(row, contentOf(keys, conversation, row)),
  ...(row.replyTo === undefined ? {} : { reply_to_message_id: row.replyTo }),
  ...(row.threadRoot === undefined ? {} : { thread_root_id: row.threadRoot }),
  ordinal: row.ordinal,
  conversation_id: conversation,
  seq: row.seq,
  ts: toWire(row.ts),
  ...(row.sender === reader ? { client_msg_id: row.clientMsgId } : {}),
  ...(row.replyCount === 0 ? {} : { reply_count: row.replyCount }),
  as_of_seq: asOf,
})

/** @param asOf the last event folded into the rows. */
export const openMessages = (
  vault: KeyVault["Service"],
  options: {
    readonly conversation: string
    readonly reader: string
    readonly asOf: number
    readonly rows: ReadonlyArray<MessageRow>
  },
): Effect.Effect<ReadonlyArray<Message>, Unavailable> => {
  const { conversation, reader, asOf, rows } = options
  return Effect.map(
    keysOf(
      vault,
      rows.map((row) => row.sender),
    ),
    (keys) => rows.map((row) => toMessage(keys, conversation, reader, asOf, row)),
  )
}

/** Conversations as one of their members reads them, in the order given. */
export const openConversations = (
  vault: KeyVault["Service"],
  views: ReadonlyArray<MemberView>,
): Effect.Effect<ReadonlyArray<Conversation>, Unavailable> => {
  const sealed = views.flatMap(({ conversation: { name, topic, metadata } }) => [name, topic, metadata])
  const owners = sealed.flatMap((one) => (one === undefined ? [] : [one.owner]))
  return Effect.map(keysOf(vault, owners), (keys) => views.map((view) => toConversation(keys, view)))
}

const toConversation = (keys: Keys, { conversation, member }: MemberView): Conversation => {
  const openAt = (setting: "name" | "topic" | "metadata") =>
    opener(keys, settingPlace(conversation.id, setting), conversation[setting])
  const [name, topic, metadata] = [openAt("name"), openAt("topic"), openAt("metadata")]
  return {
    id: conversation.id,
    kind: conversation.kind,
    ...(name === undefined ? {} : { name }),
    ...(topic === undefined ? {} : { topic }),
    created_at: toWire(conversation.createdAt),
    member_count: conversation.memberCount,
    ...(conversation.kind === "direct" ? { member_ids: conversation.pair } : {}),
    role: member.role,
    can_send: member.role !== "reader" && !conversation.archived && conversation.restrictedBy.length === 0,
    last_seq: conversation.revision,
    history: conversation.history,
    archived: conversation.archived,
    ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as Record<string, unknown> }),
  }
}
