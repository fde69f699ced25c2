/**
 * Sending. The order of the questions is the protocol's: who is he to this conversation, is it a repeat, may he, does it fit.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { type Decision, accept, reject } from "../Decision.ts"
import { type Rejection, rejection } from "../Rejection.ts"
import type { SendMessage, Sent } from "./commands.ts"
import type { ConversationEvent, MessageSent } from "./events.ts"
import { find, keyOf } from "./KeyWindow.ts"
import { notFound } from "./notFound.ts"
import { type ConversationState, memberOf } from "./state.ts"

export const sendMessage = (
  state: ConversationState,
  command: SendMessage,
): Decision<ConversationEvent, Sent> => {
  if (state._tag === "Absent") return notFound()
  const member = memberOf(state, command.actor)
  if (member === undefined) return notFound()
  const known = find(state.window, keyOf(command.actor, command.client_msg_id))
  if (known !== undefined)
    return known.mac === command.mac
      ? accept([], {
          _tag: "Sent",
          message_id: known.message_id,
          seq: known.seq,
          ts: known.ts,
          duplicate: true,
        })
      : reject(
          rejection(
            "idempotency_mismatch",
            "This client_msg_id names a message with another body.",
            "client_msg_id",
          ),
        )
  if (member.role === "reader") return reject(rejection("forbidden", "Readers do not post."))
  const tooLarge = overLimit(command)
  if (tooLarge !== undefined) return reject(tooLarge)

  const ts = Math.max(command.now, state.lastTs)
  const event: MessageSent = {
    _tag: "MessageSent",
    ts,
    message_id: command.message_id,
    sender: command.actor,
    client_msg_id: command.client_msg_id,
    body: command.body,
    mac: command.mac,
    ...(command.media === undefined ? {} : { media: command.media }),
    ...(command.reply_to_message_id === undefined
      ? {}
      : { reply_to_message_id: command.reply_to_message_id }),
    ...(command.thread_root_id === undefined ? {} : { thread_root_id: command.thread_root_id }),
    ordinal: state.ordinal + 1,
    sender_ordinal: Option.getOrElse(HashMap.get(state.senders, command.actor), () => 0) + 1,
  }
  return accept([event], {
    _tag: "Sent",
    message_id: command.message_id,
    seq: state.revision + 1,
    ts,
    duplicate: false,
  })
}

const overLimit = ({ limits, media, size }: SendMessage): Rejection | undefined => {
  if (size.textChars > limits.text_chars)
    return rejection("payload_too_large", `Text has at most ${limits.text_chars} code points.`, "text")
  if (size.textBytes > limits.text_bytes)
    return rejection("payload_too_large", `Text has at most ${limits.text_bytes} bytes of UTF-8.`, "text")
  if (size.metadataBytes > limits.metadata_bytes)
    return rejection(
      "payload_too_large",
      `Metadata has at most ${limits.metadata_bytes} bytes of JSON.`,
      "metadata",
    )
  if (media !== undefined && media.length > limits.media_per_message)
    return rejection("payload_too_large", `A message has at most ${limits.media_per_message} media.`, "media")
  return undefined
}
