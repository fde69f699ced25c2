/**
 * Brings an attachment up to its hub: what it lacks from the ring or the log, then live.
 *
 * Always true: it becomes live in the same turn in which it is found to lack nothing, so no frame falls between.
 */
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type { Attachment } from "./Attachment.ts"
import type { FramedEvent } from "./FramedEvent.ts"
import { PAGE } from "./Hub.ts"
import type { Session } from "./Session.ts"

export const catchUp = Effect.fnUntraced(function* (
  session: Session,
  attachment: Attachment,
): Effect.fn.Return<void, Unavailable> {
  const { hub } = attachment
  while (!attachment.detached && !session.closed) {
    if (!session.outbox.hasRoom()) {
      yield* session.outbox.room()
      continue
    }
    if (attachment.sent >= hub.last) {
      attachment.live = true
      return
    }
    const next = attachment.sent + 1
    const page =
      hub.ring.from(next, PAGE) ?? (yield* session.context.log.forward(hub.conversation, next, PAGE))
    if (page.length === 0) return yield* new Unavailable({ reason: "the log ends before its hub" })
    yield* handAll(session, attachment, page)
  }
})

/** Hands over those of the events that follow, waiting while too much is on its way to the connection. */
export const handAll = Effect.fnUntraced(function* (
  session: Session,
  attachment: Attachment,
  events: ReadonlyArray<FramedEvent>,
) {
  for (const event of events) {
    if (!session.outbox.hasRoom()) yield* session.outbox.room()
    if (attachment.detached || session.closed) return
    if (event.seq === attachment.sent + 1) session.hand(attachment, event)
  }
})
