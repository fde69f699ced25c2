/**
 * `receipt.delivered` and `receipt.read`: acknowledged at once, stored within a second (`ReceiptCursors.ts`).
 *
 * Always true: who is no member any more by the time the frame came gets `not_found`, whatever this gateway has heard of it so far;
 * the cursor is clamped to the head as of that time, so that nobody has read what was not written yet.
 */
import type { ReceiptDeliveredFrame, ReceiptReadFrame } from "@parley/domain/wire/clientFrames"
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { refuse, unavailable } from "../../problems.ts"
import { refuseFailure, refuseWith } from "../answers.ts"
import type { AnswerTo } from "../controlFrames.ts"
import type { Session } from "../Session.ts"

export const takeReceipt = (session: Session, frame: ReceiptDeliveredFrame | ReceiptReadFrame): void => {
  const { context, device, user } = session
  const { conversation_id: conversation } = frame
  const to: AnswerTo = { id: frame.id, conversation }
  session.await()
  context.fork(headForMember(session, conversation)).addObserver((exit) => {
    session.answered()
    if (Exit.isFailure(exit)) return session.closed ? undefined : refuseFailure(session, to, exit.cause)
    const head = exit.value
    if (head === undefined) return session.closed ? undefined : refuseWith(session, to, refuse("not_found"))
    const kind = frame.type === "receipt.read" ? "read" : "delivered"
    const seq = Math.min(frame.payload.up_to_seq, head)
    // Also when the connection is gone by now: the client meant it.
    const accepted = context.receipts.accept({ user, conversation, kind, device, seq })
    if (session.closed) return
    if (accepted) session.ack(to, {})
    else refuseWith(session, to, unavailable())
  })
}

/** The conversation's last `seq` as of now; `undefined` for who is no member. */
const headForMember = Effect.fnUntraced(function* (
  session: Session,
  conversation: string,
): Effect.fn.Return<number | undefined, Unavailable> {
  const { context, user } = session
  const attachment = session.attachments.get(conversation)
  if (attachment !== undefined) {
    // Handed over up to the head, and still attached: no removal stands before it.
    const head = yield* context.log.head(conversation)
    if (head === undefined) return undefined
    yield* attachment.hub.reached(head.revision)
    if (attachment.live && !attachment.detached && attachment.sent >= head.revision) return head.revision
  }
  return (yield* context.conversationFor(user, conversation))?.last_seq
})
