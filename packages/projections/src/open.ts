/**
 * Rows of the read models as the wire shows them: sealed strings opened, names of the protocol.
 *
 * Always true: one vault look-up for all rows. What cannot be opened any more is absent, and a message then says `deleted`.
 */
import type { Sealed } from "@parley/domain/Sealed"
import { toWire } from "@parley/domain/Timestamp"
import type { Conversation, Message } from "@parley/domain/wire/conversation"
import { decodeContent } from "@parley/domain/wire/MessageContent"
import * as Effect from "effect/Effect"
import { Unavailable } from "@parley/runtime/errors"
import type { DataKey, KeyVault } from "@parley/runtime/KeyVault"
import { open } from "@parley/runtime/Sealer"
import type { MessageRow } from "./History.ts"
import type { MemberView } from "./Reads.ts"

type Keys = ReadonlyMap<string, DataKey>

const keysOf = (
  vault: KeyVault["Service"],
  owners: ReadonlyArray<string>,
): Effect.Effect<Keys, Unavailable> =>
  vault.existing([...new Set(owners)]).pipe(Effect.mapError(({ reason }) => new Unavailable({ reason })))

const opener =
  (keys: Keys, conversation: string) =>
  (place: string, sealed: Sealed | undefined): string | undefined => {
    const key = sealed === undefined ? undefined : keys.get(sealed.owner)
    return key === undefined ? undefined : open(key, `${conversation}/${place}`, sealed!)
  }

const toMessage = (
  keys: Keys,
  conversation: string,
  reader: string,
  asOf: number,
  row: MessageRow,
): Message => {
  const content = opener(keys, conversation)(row.messageId, row.body)
  return {
    message_id: row.messageId,
    sender_id: row.sender,
    ...(content === undefined
      ? { deleted: true }
      : { ...decodeContent(content), ...(row.media === undefined ? {} : { media: row.media }) }),
    ...(row.replyTo === undefined ? {} : { reply_to_message_id: row.replyTo }),
    ...(row.threadRoot === undefined ? {} : { thread_root_id: row.threadRoot }),
    ordinal: row.ordinal,
    conversation_id: conversation,
    seq: row.seq,
    ts: toWire(row.ts),
    ...(row.sender === reader ? { client_msg_id: row.clientMsgId } : {}),
    reactions: [],
    as_of_seq: asOf,
  }
}

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
  const openAt = opener(keys, conversation.id)
  const [name, topic, metadata] = [
    openAt("name", conversation.name),
    openAt("topic", conversation.topic),
    openAt("metadata", conversation.metadata),
  ]
  return {
    id: conversation.id,
    kind: conversation.kind,
    ...(name === undefined ? {} : { name }),
    ...(topic === undefined ? {} : { topic }),
    created_at: toWire(conversation.createdAt),
    member_count: conversation.memberCount,
    ...(conversation.kind === "direct" ? { member_ids: conversation.pair } : {}),
    role: member.role,
    can_send: member.role !== "reader",
    last_seq: conversation.revision,
    history: conversation.history,
    archived: false,
    ...(metadata === undefined ? {} : { metadata: JSON.parse(metadata) as Record<string, unknown> }),
  }
}
