/**
 * Sending. The order of the questions is the protocol's: who is he to this conversation, is it a repeat, may he, does it fit, is there what it
 * refers to.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { type Decision, accept, reject } from "../Decision.ts"
import { type Rejection, rejection } from "../Rejection.ts"
import { messageIdAt } from "../ids.ts"
import type { SendMessage, Sent } from "./commands.ts"
import type { ConversationEvent, MessageSent } from "./events.ts"
import { find, keyOf } from "./KeyWindow.ts"
import { notFound } from "./notFound.ts"
import { messageAsked } from "./messageAsked.ts"
import { refusal } from "./rights.ts"
import { metadataTooLarge, textTooLarge } from "./sizes.ts"
import { type ConversationState, type Live, type Member, memberOf, nextTs } from "./state.ts"

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
  const refused =
    refusal(state, member.role, "send") ?? overLimit(command) ?? wrongReference(state, member, command)
  if (refused !== undefined) return reject(refused)

  const ts = nextTs(state, command.now)
  const seq = state.revision + 1
  const message_id = messageIdAt(seq, command.entropy)
  const event: MessageSent = {
    _tag: "MessageSent",
    ts,
    message_id,
    sender: command.actor,
    client_msg_id: command.client_msg_id,
    body: command.body,
    mac: command.mac,
    ...(command.textless === undefined ? {} : { textless: command.textless }),
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
    message_id,
    seq,
    ts,
    duplicate: false,
  })
}

const overLimit = ({ limits, media, size }: SendMessage): Rejection | undefined => {
  const tooLarge = textTooLarge(limits, size) ?? metadataTooLarge(limits, size.metadataBytes)
  if (tooLarge !== undefined) return tooLarge
  if (media !== undefined && media.length > limits.media_per_message)
    return rejection("payload_too_large", `A message has at most ${limits.media_per_message} media.`, "media")
  return undefined
}

/** A thread begins at a message that stands in none; both may have been deleted since. */
const wrongReference = (state: Live, member: Member, command: SendMessage): Rejection | undefined => {
  const { reply_to_message_id: answered, thread_root_id: root } = command
  if (answered !== undefined && messageAsked(state, member, answered) === undefined)
    return rejection("unprocessable", "There is no such message here.", "reply_to_message_id")
  if (root === undefined) return undefined
  const asked = messageAsked(state, member, root)
  if (asked === undefined)
    return rejection("unprocessable", "There is no such message here.", "thread_root_id")
  return asked.message.isReply
    ? rejection("unprocessable", "This message stands in a thread itself.", "thread_root_id")
    : undefined
}
