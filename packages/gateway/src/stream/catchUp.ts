/**
 * Brings an attachment up to its hub: what it lacks from the ring or the log, then live.
 *
 * Always true: it becomes live in the same turn in which it is found to lack nothing, so no frame falls between.
 */
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { asPresent } from "./asPresent.ts"
import type { Attachment } from "./Attachment.ts"
import type { FramedEvent } from "./FramedEvent.ts"
import { PAGE } from "./Hub.ts"
import { ROOM_BYTES } from "./Outbox.ts"
import type { Session } from "./Session.ts"

const FIRST_PAGE = 32
const SMALLEST_PAGE = 8

/**
 * So many events as fill the room that a connection has: what is read beyond would only wait in memory, and frames of everybody else
 * would wait while it is opened and encoded.
 */
const nextPage = (page: ReadonlyArray<FramedEvent>): number => {
  const bytes = page.reduce((sum, event) => sum + event.bytes.length, 0)
  return Math.min(PAGE, Math.max(SMALLEST_PAGE, Math.floor((ROOM_BYTES * page.length) / bytes)))
}

/** What everybody else is sent goes between two pages. */
const nextTurn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

export const catchUp = Effect.fnUntraced(function* (
  session: Session,
  attachment: Attachment,
): Effect.fn.Return<void, Unavailable> {
  const { hub } = attachment
  const { catchUps, log } = session.context
  let most = FIRST_PAGE
  let pages = 0
  while (!attachment.detached && !session.closed) {
    if (!session.outbox.hasRoom()) {
      yield* session.outbox.room()
      continue
    }
    if (attachment.sent >= hub.last) {
      attachment.live = true
      return
    }
    // Of those who catch up for long, a few hand over a page in each turn of the loop.
    if (pages++ > 0) yield* catchUps.queue(nextTurn)
    const next = attachment.sent + 1
    const page =
      hub.ring.from(next, most) ?? (yield* catchUps.queue(log.forward(hub.conversation, next, most)))
    if (page.length === 0) return yield* new Unavailable({ reason: "the log ends before its hub" })
    most = nextPage(page)
    yield* handAll(session, attachment, yield* asPresent(log, page))
  }
})

/** Hands over those of the events that follow, waiting while too much is on its way to the connection. */
export const handAll = Effect.fnUntraced(function* (
  session: Session,
  attachment: Attachment,
  events: ReadonlyArray<FramedEvent>,
): Effect.fn.Return<void, Unavailable> {
  yield* session.context.rules.learnFor(events, attachment.joined)
  for (const event of events) {
    if (!session.outbox.hasRoom()) yield* session.outbox.room()
    if (attachment.detached || session.closed) return
    if (event.seq === attachment.sent + 1) session.hand(attachment, event)
  }
})
