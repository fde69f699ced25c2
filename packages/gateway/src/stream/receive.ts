/**
 * One message from a client's socket: checked, limited, and given to whoever answers it.
 *
 * Always true: every frame but `typing` and `presence.ping` gets exactly one `ack` or `error`, or the connection is closed. What
 * they ask of conversations is handed over in the order in which it arrives.
 */
import { unanswered } from "@parley/domain/wire/clientFrames"
import type { FieldError } from "@parley/domain/wire/problem"
import { readClientFrame } from "@parley/domain/wire/readClientFrame"
import { findForbidden, jsonDepth, mayHoldForbidden } from "@parley/domain/wire/text"
import { preciseNow } from "@parley/runtime/telemetry/Histogram"
import { isTraceparent } from "@parley/runtime/telemetry/Spans"
import { badRequest, refuseWith } from "./answers.ts"
import type { AnswerTo } from "./controlFrames.ts"
import { overBudget } from "./frameBudget.ts"
import { takeReceipt } from "./receipts/receiptFrame.ts"
import { askConversation } from "./requests.ts"
import type { Session } from "./Session.ts"
import { startTurns } from "./turns.ts"

/** @param data UTF-8, checked by the socket; at most 1 MiB. */
export const receive = (session: Session, data: Buffer, binary: boolean): void => {
  if (session.closed || session.leaving) return
  const { counters, limits } = session.context
  counters.framesReceived++
  const receivedAt = preciseNow()
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
  if (overBudget(session, frame)) return
  // Only what has an envelope is ignored: a broken one is answered whatever its type says.
  if ("type" in frame && unanswered.has(frame.type)) return
  const to: AnswerTo = "frame" in frame ? { id: frame.frame.id } : { id: frame.id }
  if (forbidden !== undefined) return refuseWith(session, to, badRequest(forbidden))
  switch (frame._tag) {
    case "UnknownType":
      return refuseWith(session, to, badRequest({ path: "type", message: "Unknown frame type" }))
    case "Invalid":
      return refuseWith(session, to, badRequest(...frame.errors))
    case "Sync":
      session.await()
      if (session.syncs === undefined) session.syncs = [frame.frame]
      else session.syncs.push(frame.frame)
      return startTurns(session)
    case "Send":
    case "Edit":
    case "Delete":
    case "React":
      return askConversation(session, frame.frame, receivedAt, traceparentOf(value))
    case "Receipt":
      return takeReceipt(session, frame.frame)
    case "Typing":
      return session.context.typing.take(session, frame.frame)
    case "Presence":
      return session.context.presence.take(session, frame.frame)
  }
}

/** What no schema sees: too deep, NUL, a lone surrogate. */
const forbiddenIn = (text: string, value: unknown, depth: number): FieldError | undefined => {
  if (jsonDepth(text, depth) > depth) return { path: "", message: `Nested deeper than ${depth}` }
  if (!mayHoldForbidden(text)) return undefined
  const path = findForbidden(value)
  return path === undefined ? undefined : { path, message: "NUL and lone surrogates are not accepted" }
}

/** Of the envelope; anything else under this name is ignored, as every unknown field. */
const traceparentOf = (value: unknown): string | undefined => {
  const { traceparent } = value as { readonly traceparent?: unknown }
  return traceparent !== undefined && isTraceparent(traceparent) ? traceparent : undefined
}

/** The envelope alone of a frame that is refused for its content, so that the answer names it and nothing else is looked at. */
const envelopeOf = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  const { id, type } = value as { readonly id?: unknown; readonly type?: unknown }
  return { id, type }
}

const malformed = (session: Session, to: AnswerTo, errors: ReadonlyArray<FieldError>): void => {
  refuseWith(session, to, badRequest(...errors))
  session.malformed()
}
