/**
 * One message from a client's socket: checked, limited, and given to whoever answers it.
 *
 * Always true: every frame but `typing` and `presence.ping` gets exactly one `ack` or `error`, or the connection is closed. Sends
 * are handed to their conversations in the order in which they arrive.
 */
import type { MessageSendFrame } from "@parley/domain/wire/clientFrames"
import { unanswered } from "@parley/domain/wire/clientFrames"
import { toWire } from "@parley/domain/Timestamp"
import type { Rejection } from "@parley/domain/Rejection"
import type { FieldError } from "@parley/domain/wire/problem"
import { readClientFrame } from "@parley/domain/wire/readClientFrame"
import { findForbidden, jsonDepth, mayHoldForbidden } from "@parley/domain/wire/text"
import type { ConversationReply } from "@parley/runtime/Conversations"
import type { Unavailable } from "@parley/runtime/errors"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type Refused, problemOf, refuse, refusedByDomain, unavailable } from "../problems.ts"
import type { AnswerTo } from "./controlFrames.ts"
import type { Session } from "./Session.ts"
import { startTurns } from "./turns.ts"

/** @param data UTF-8, checked by the socket; at most 1 MiB. */
export const receive = (session: Session, data: Buffer, binary: boolean): void => {
  if (session.closed) return
  const { counters, limits } = session.context
  counters.framesReceived++
  if (data.length > limits.frame_bytes) return session.close(4513, "frame too large")
  if (binary) return malformed(session, {}, [{ path: "", message: "Expected a text message" }])
  const text = data.toString()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return malformed(session, {}, [{ path: "", message: "Expected JSON" }])
  }
  const forbidden = forbiddenIn(text, value, limits.json_depth)
  const frame = readClientFrame(forbidden === undefined ? value : envelopeOf(value))
  if (frame._tag === "Malformed") return malformed(session, { id: frame.id }, frame.errors)
  // Only what has an envelope is ignored: a broken one is answered whatever its type says.
  if ("type" in frame && unanswered.has(frame.type)) return
  const to: AnswerTo = "frame" in frame ? { id: frame.frame.id } : { id: frame.id }
  if (forbidden !== undefined) return refuseWith(session, to, badRequest(forbidden))
  switch (frame._tag) {
    case "UnknownType":
      return refuseWith(session, to, badRequest({ path: "type", message: "Unknown frame type" }))
    case "NotYetServed":
      return refuseWith(session, to, refuse("not_found", "This server does not serve this frame yet."))
    case "Invalid":
      return refuseWith(session, to, badRequest(...frame.errors))
    case "Sync":
      session.await()
      session.syncs ??= []
      session.syncs.push(frame.frame)
      return startTurns(session)
    case "Send":
      return send(session, frame.frame)
  }
}

/** What no schema sees: too deep, NUL, a lone surrogate. */
const forbiddenIn = (text: string, value: unknown, depth: number): FieldError | undefined => {
  if (jsonDepth(text, depth) > depth) return { path: "", message: `Nested deeper than ${depth}` }
  if (!mayHoldForbidden(text)) return undefined
  const path = findForbidden(value)
  return path === undefined ? undefined : { path, message: "NUL and lone surrogates are not accepted" }
}

/** The envelope alone of a frame that is refused for its content, so that the answer names it and nothing else is looked at. */
const envelopeOf = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  const { id, type } = value as { readonly id?: unknown; readonly type?: unknown }
  return { id, type }
}

const refuseWith = (
  session: Session,
  to: AnswerTo,
  refused: Refused,
  requestId = session.requestId(),
): void => session.refuse(to, problemOf(refused, { requestId }).body)

const badRequest = (...errors: ReadonlyArray<FieldError>): Refused =>
  refuse("bad_request", undefined, { errors })

const malformed = (session: Session, to: AnswerTo, errors: ReadonlyArray<FieldError>): void => {
  refuseWith(session, to, badRequest(...errors))
  session.malformed()
}

const send = (session: Session, frame: MessageSendFrame): void => {
  const { context, user } = session
  const { client_msg_id: clientMsgId, conversation_id: conversation, payload: body } = frame
  const to: AnswerTo = { id: frame.id, conversation, clientMsgId }
  const members = context.memberCount(conversation, user)
  const verdict = context.limiter.takeMessage(user, conversation, members, context.now())
  if (!verdict.ok)
    return refuseWith(session, to, refuse("rate_limited", undefined, { retryAfterMs: verdict.retryAfterMs }))
  session.await()
  const requestId = session.requestId()
  const origin = { actor: user, correlation: requestId }
  // Forked here and now: the request joins the conversation's queue before the next frame is read.
  context
    .fork(context.conversations.ask(conversation, { _tag: "SendMessage", origin, clientMsgId, body }))
    .addObserver((exit) => {
      session.answered()
      if (!session.closed) answer(session, to, requestId, exit)
    })
}

const answer = (
  session: Session,
  to: AnswerTo,
  requestId: string,
  exit: Exit.Exit<ConversationReply, Unavailable>,
): void => {
  if (Exit.isFailure(exit)) {
    const failed = Cause.hasFails(exit.cause) || Cause.hasInterruptsOnly(exit.cause)
    if (!failed) session.context.fork(Effect.logError("A send failed", exit.cause))
    return refuseWith(session, to, failed ? unavailable() : refuse("internal"), requestId)
  }
  const reply = exit.value
  if (reply._tag === "Rejected")
    return refuseWith(session, to, refusedByDomain(inPayload(reply.rejection)), requestId)
  if (reply.answer._tag !== "Sent") return refuseWith(session, to, refuse("internal"), requestId)
  const { duplicate, message_id, seq, ts } = reply.answer
  session.ack(to, { message_id, seq, ts: toWire(ts), duplicate })
}

/** The domain names fields of the body; clients sent it as the payload. */
const inPayload = (rejection: Rejection): Rejection =>
  rejection.path === undefined ? rejection : { ...rejection, path: `payload.${rejection.path}` }
