/**
 * The user was added to a conversation while connected: `inbox.added`, then everything from his own `member.added` on.
 *
 * Always true: what is told late or twice changes nothing. The time before this joining is covered by `sync.gap`.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { asPresent } from "./asPresent.ts"
import { catchUp, handAll } from "./catchUp.ts"
import { inboxAddedFrame, syncGapFrame } from "./controlFrames.ts"
import { type Hub, PAGE } from "./Hub.ts"
import { tellMovedIn } from "./notes.ts"
import type { Joining, Session } from "./Session.ts"

export const runJoin = Effect.fnUntraced(function* (
  session: Session,
  conversation: string,
  joining: Joining,
): Effect.fn.Return<void, Unavailable> {
  const { hubs } = session.context
  const hub = yield* hubs.hold(conversation)
  yield* Effect.ensuring(
    joinAt(session, hub, joining),
    Effect.sync(() => hubs.release(hub)),
  )
})

const joinAt = Effect.fnUntraced(function* (
  session: Session,
  hub: Hub,
  { seq }: Joining,
): Effect.fn.Return<void, Unavailable> {
  const { context, ids } = session
  const { conversation } = hub
  yield* hub.reached(seq)
  // Still attached from the stay before: what lies between holds his removal, and ends it.
  const before = session.attachments.get(conversation)
  if (before !== undefined) {
    yield* catchUp(session, before)
    if (!before.detached) return
  }
  if (seq <= session.leftAt(conversation)) return
  const first = hub.ring.from(seq, PAGE) ?? (yield* context.log.forward(conversation, seq, PAGE))
  const own = first[0]
  if (own === undefined || own.position <= session.coveredTo || own.added?.includes(session.user) !== true)
    return
  // Absent if he is out again by now: then he gets the frames of his stay, and no `inbox.added`.
  const added = yield* context.conversationFor(session.user, conversation)
  if (session.closed || session.attachments.has(conversation)) return
  const attachment = session.attach(hub, seq, seq - 1)
  if (added !== undefined) session.push(inboxAddedFrame(ids, context.now(), added))
  if (seq > 0 && session.leftAt(conversation) !== seq - 1)
    session.push(syncGapFrame(ids, context.now(), conversation, seq - 1))
  yield* handAll(session, attachment, yield* asPresent(context.log, first))
  yield* catchUp(session, attachment)
  // Notes of this stay that came before it was attached reached nobody here.
  yield* tellMovedIn(session, conversation, own.position)
})
