/**
 * Frames that ask a conversation for something: a message sent, edited, deleted, a reaction.
 *
 * Always true: they are handed to their conversation in the order in which they arrive, whatever their kinds; each takes from the
 * same limits as a message, and is answered by one `ack` or `error`.
 */
import type {
  MessageDeleteFrame,
  MessageEditFrame,
  MessageSendFrame,
  ReactionAddFrame,
  ReactionRemoveFrame,
} from "@parley/domain/wire/clientFrames"
import type { SendAck, SeqAck } from "@parley/domain/wire/serverFrames"
import type { ConversationAnswer } from "@parley/domain/conversation/commands"
import { toWire } from "@parley/domain/Timestamp"
import type { Rejection } from "@parley/domain/Rejection"
import type { ConversationReply, ConversationRequest, Origin } from "@parley/runtime/Conversations"
import type { Unavailable } from "@parley/runtime/errors"
import type { Accepted } from "@parley/runtime/telemetry/Accepted"
import type { Span } from "@parley/runtime/telemetry/Spans"
import * as Exit from "effect/Exit"
import { refuse, refusedByDomain } from "../problems.ts"
import { outcomeOf } from "../telemetry/outcomeOf.ts"
import { refuseFailure, refuseOverRate, refuseWith } from "./answers.ts"
import type { AnswerTo } from "./controlFrames.ts"
import type { Session } from "./Session.ts"

export type RequestFrame =
  | MessageSendFrame
  | MessageEditFrame
  | MessageDeleteFrame
  | ReactionAddFrame
  | ReactionRemoveFrame

/** @param receivedAt milliseconds since 1970, finer than one. @param parent W3C trace context that came with the frame. */
export const askConversation = (
  session: Session,
  frame: RequestFrame,
  receivedAt: number,
  parent?: string,
): void => {
  const { context, user } = session
  const { conversation_id: conversation } = frame
  const to: AnswerTo = {
    id: frame.id,
    conversation,
    clientMsgId: frame.type === "message.send" ? frame.client_msg_id : undefined,
  }
  const members = context.memberCount(conversation, user)
  const verdict = context.limiter.takeMessage(user, conversation, members, context.now())
  if (!verdict.ok) return refuseOverRate(session, to, verdict)
  session.await()
  const requestId = session.requestId()
  const accepted: Accepted = { at: receivedAt, by: "stream" }
  const span = context.spans?.start({
    ...{ name: "stream.request", kind: "server", startedAt: receivedAt, parent },
    attributes: {
      "parley.frame": frame.type,
      "parley.conversation": conversation,
      "parley.request": requestId,
    },
  })
  const trace = span?.traceparent ?? parent
  const request = requestOf(
    frame,
    trace === undefined
      ? { actor: user, correlation: requestId, accepted }
      : { actor: user, correlation: requestId, accepted, traceparent: trace },
  )
  const { conversations } = context
  const answered = (exit: Exit.Exit<ConversationReply, Unavailable>): void => {
    session.answered()
    const outcome = outcomeOf(exit)
    context.counters.meters.command(accepted, outcome)
    span?.end(outcome === "done" || outcome === "duplicate" ? {} : { failed: outcome })
    if (!session.closed) answer(session, to, requestId, exit, span)
  }
  const told = conversations.tell?.(conversation, request, (reply) =>
    answered(reply._tag === "Unavailable" ? Exit.fail(reply) : Exit.succeed(reply)),
  )
  // Forked here and now: the request joins the conversation's queue before the next frame is read.
  if (told !== true) context.fork(conversations.ask(conversation, request)).addObserver(answered)
}

const requestOf = (frame: RequestFrame, origin: Origin): ConversationRequest => {
  switch (frame.type) {
    case "message.send":
      return { _tag: "SendMessage", origin, clientMsgId: frame.client_msg_id, body: frame.payload }
    case "message.edit": {
      const { message_id: messageId, text } = frame.payload
      return { _tag: "EditMessage", origin, messageId, text }
    }
    case "message.delete":
      return { _tag: "DeleteMessage", origin, messageId: frame.payload.message_id }
    case "reaction.add":
    case "reaction.remove": {
      const { emoji, message_id: messageId } = frame.payload
      const _tag = frame.type === "reaction.add" ? "AddReaction" : "RemoveReaction"
      return { _tag, origin, messageId, emoji }
    }
  }
}

const answer = (
  session: Session,
  to: AnswerTo,
  requestId: string,
  exit: Exit.Exit<ConversationReply, Unavailable>,
  span: Span | undefined,
): void => {
  if (Exit.isFailure(exit)) return refuseFailure(session, to, exit.cause, requestId, span)
  const reply = exit.value
  if (reply._tag === "Rejected")
    return refuseWith(session, to, refusedByDomain(inPayload(reply.rejection)), requestId)
  const payload = ackOf(reply.answer)
  if (payload === undefined) refuseWith(session, to, refuse("internal"), requestId)
  else session.ack(to, payload)
}

const ackOf = (answered: ConversationAnswer): SendAck | SeqAck | undefined => {
  if (answered._tag === "Done") return { seq: answered.seq }
  if (answered._tag !== "Sent") return undefined
  const { duplicate, message_id, seq, ts } = answered
  return { message_id, seq, ts: toWire(ts), duplicate }
}

/** The domain names fields of the body; clients sent it as the payload. */
const inPayload = (rejection: Rejection): Rejection =>
  rejection.path === undefined ? rejection : { ...rejection, path: `payload.${rejection.path}` }
