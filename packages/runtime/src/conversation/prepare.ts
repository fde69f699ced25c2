/**
 * Requests made ready for deciding: fresh ids, the time of arrival, personal strings sealed and bodies compared by a keyed MAC.
 *
 * Always true: a data key is durable before anything is sealed with it. Plaintext goes no further than this file and the frame.
 */
import type { ConversationCommand, UpdateConversation } from "@parley/domain/conversation/commands"
import { editPlace, sentPlace, settingPlace } from "@parley/domain/conversation/places"
import type { Limits } from "@parley/domain/limits"
import { rejection } from "@parley/domain/Rejection"
import type { Sealed } from "@parley/domain/Sealed"
import { canonicalBody, canonicalJson } from "@parley/domain/wire/canonical"
import type { MessageBody } from "@parley/domain/wire/MessageBody"
import { encodeContent, encodeEdit } from "@parley/domain/wire/MessageContent"
import * as Effect from "effect/Effect"
import { macOf } from "../BodyMac.ts"
import type { ConversationRequest } from "../Conversations.ts"
import type { Prepared } from "../entity/Aggregate.ts"
import { Unavailable } from "../errors.ts"
import { messageEntropy } from "../freshIds.ts"
import type { DataKey, KeyVault } from "../KeyVault.ts"
import { seal } from "../Sealer.ts"

const erased = rejection("forbidden", "This person has been erased.")

/** Code points, not UTF-16 units. */
const codePoints = (text: string): number => {
  let count = text.length
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count -= 1
  return count
}

const sizeOf = (body: MessageBody): { textChars: number; textBytes: number; metadataBytes: number } => {
  const text = body.text ?? ""
  return {
    textChars: codePoints(text),
    textBytes: Buffer.byteLength(text) + Buffer.byteLength(body.ciphertext ?? ""),
    metadataBytes: body.metadata === undefined ? 0 : Buffer.byteLength(JSON.stringify(body.metadata)),
  }
}

const sealedMetadata = (
  sealAt: (place: string, text: string) => Sealed,
  metadata: Readonly<Record<string, unknown>> | undefined,
): { metadata?: Sealed; metadataBytes?: number } => {
  if (metadata === undefined) return {}
  const text = JSON.stringify(metadata)
  return { metadata: sealAt("metadata", text), metadataBytes: Buffer.byteLength(text) }
}

type Update = Extract<ConversationRequest, { readonly _tag: "UpdateConversation" }>

/** `null` takes away; so does an empty topic. */
const settingsOf = (
  sealAt: (place: string, text: string) => Sealed,
  key: DataKey,
  { name, topic, metadata }: Update,
): Pick<UpdateConversation, "name" | "topic" | "metadata" | "macs" | "metadataBytes"> => ({
  ...(name === undefined ? {} : { name: sealAt("name", name) }),
  ...(topic === undefined ? {} : { topic: topic === null || topic === "" ? null : sealAt("topic", topic) }),
  ...(metadata === undefined ? {} : metadata === null ? { metadata } : sealedMetadata(sealAt, metadata)),
  macs: {
    ...(name === undefined ? {} : { name: macOf(key, name) }),
    ...(topic === undefined || topic === null || topic === "" ? {} : { topic: macOf(key, topic) }),
    ...(metadata === undefined || metadata === null ? {} : { metadata: macOf(key, canonicalJson(metadata)) }),
  },
})

interface Circumstances {
  readonly conversation: string
  readonly now: number
  readonly limits: Limits
}

const toCommand = (
  { conversation, now, limits }: Circumstances,
  request: ConversationRequest,
  key: DataKey,
): ConversationCommand => {
  const envelope = { actor: request.origin.actor, now, limits }
  const sealAt = (place: string, text: string) => seal(key, settingPlace(conversation, place), text)
  switch (request._tag) {
    case "CreateDirect":
      return { _tag: "CreateDirect", ...envelope, id: conversation, partner: request.partner }
    case "CreateGroup": {
      const { name, topic, metadata, history, memberIds, idempotent } = request
      return {
        _tag: "CreateGroup",
        ...envelope,
        id: conversation,
        member_ids: memberIds,
        history,
        name: sealAt("name", name),
        ...(topic === undefined ? {} : { topic: sealAt("topic", topic) }),
        ...sealedMetadata(sealAt, metadata),
        ...(idempotent
          ? { request: macOf(key, canonicalJson({ name, topic, metadata, history, member_ids: memberIds })) }
          : {}),
      }
    }
    case "SendMessage": {
      const { body, clientMsgId } = request
      return {
        _tag: "SendMessage",
        ...envelope,
        entropy: messageEntropy(),
        client_msg_id: clientMsgId,
        body: seal(key, sentPlace(conversation, clientMsgId), encodeContent(body)),
        mac: macOf(key, canonicalBody(body)),
        ...((body.text ?? "") === "" ? { textless: true } : {}),
        size: sizeOf(body),
        ...(body.media === undefined ? {} : { media: body.media }),
        ...(body.reply_to_message_id === undefined ? {} : { reply_to_message_id: body.reply_to_message_id }),
        ...(body.thread_root_id === undefined ? {} : { thread_root_id: body.thread_root_id }),
      }
    }
    case "ChangeMembers":
      return { _tag: "ChangeMembers", ...envelope, add: request.add, remove: request.remove }
    case "EditMessage": {
      const { messageId, text } = request
      return {
        _tag: "EditMessage",
        ...envelope,
        message_id: messageId,
        body: seal(key, editPlace(conversation, messageId), encodeEdit(text)),
        mac: macOf(key, text),
        original_mac: macOf(key, canonicalBody({ text })),
        size: sizeOf({ text }),
      }
    }
    case "DeleteMessage":
      return { _tag: "DeleteMessage", ...envelope, message_id: request.messageId }
    case "AddReaction":
    case "RemoveReaction":
      return { _tag: request._tag, ...envelope, message_id: request.messageId, emoji: request.emoji }
    case "UpdateConversation":
      return { _tag: "UpdateConversation", ...envelope, ...settingsOf(sealAt, key, request) }
    case "SetRole":
      return { _tag: "SetRole", ...envelope, user_id: request.user, role: request.role }
    case "ArchiveConversation":
    case "Restrict":
    case "Lift":
      return { _tag: request._tag, ...envelope }
  }
}

/** One result per request, in order, when every key is in memory. */
export const prepareNow = (
  vault: KeyVault["Service"],
  circumstances: Circumstances,
  requests: ReadonlyArray<ConversationRequest>,
): ReadonlyArray<Prepared<ConversationCommand>> | undefined => {
  const prepared: Array<Prepared<ConversationCommand>> = []
  for (const request of requests) {
    const key = vault.cached(request.origin.actor)
    if (key === undefined) return undefined
    prepared.push({ _tag: "Ready", command: toCommand(circumstances, request, key) })
  }
  return prepared
}

/** One result per request, in order. Each person's key is fetched once. */
export const prepare = Effect.fnUntraced(function* (
  vault: KeyVault["Service"],
  circumstances: Circumstances,
  requests: ReadonlyArray<ConversationRequest>,
): Effect.fn.Return<ReadonlyArray<Prepared<ConversationCommand>>, Unavailable> {
  const keys = new Map<string, DataKey>()
  yield* Effect.forEach(
    new Set(requests.map(({ origin }) => origin.actor)),
    (owner) =>
      vault.dataKey(owner).pipe(
        Effect.map((key) => keys.set(owner, key)),
        Effect.catchTag("KeyDestroyed", () => Effect.void),
        Effect.mapError(({ reason }) => new Unavailable({ reason })),
      ),
    { concurrency: "unbounded", discard: true },
  )
  return requests.map((request) => {
    const key = keys.get(request.origin.actor)
    return key === undefined
      ? { _tag: "Declined", rejection: erased }
      : { _tag: "Ready", command: toCommand(circumstances, request, key) }
  })
})
