/**
 * A conversation that was lost, in a sync: what he missed up to his own removal, which is the last frame whatever the budget; then
 * `inbox.removed`. No `inbox.added`: that would show the conversation as it is now, and he is no member now.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { type FrameIds, inboxRemovedFrame, syncGapFrame } from "./controlFrames.ts"
import type { FramedEvent } from "./FramedEvent.ts"
import type { Outbox } from "./Outbox.ts"
import { readBack } from "./readBack.ts"
import { needsGap, type Replayed } from "./seam.ts"
import type { Joining } from "./Session.ts"
import type { StreamContext } from "./StreamContext.ts"
import type { LostTurn } from "./syncPlan.ts"

/** A connection, or a page of a sync without one. */
export interface Receiver {
  readonly context: Pick<StreamContext, "log" | "now" | "rules">
  readonly ids: FrameIds
  readonly outbox: Pick<Outbox, "hasRoom" | "room">
  readonly push: (bytes: Buffer) => void
  readonly handBytes: (event: FramedEvent, joined: number) => void
  readonly left: (conversation: string, removal: Joining) => void
}

export const lose = Effect.fnUntraced(function* (
  receiver: Receiver,
  { known, reach, removedSeq, row }: LostTurn,
  frames: number,
): Effect.fn.Return<Replayed, Unavailable> {
  const { context, ids, outbox } = receiver
  const { conversation } = row
  const most = Math.max(1, frames)
  const removal = { seq: removedSeq, position: row.removedPosition ?? -1 }
  const window = yield* readBack(context.log, conversation, undefined, removal, {
    ...reach,
    frames: most,
  })
  if (needsGap(window, known) && window.events.length > 0)
    receiver.push(syncGapFrame(ids, context.now(), conversation, window.start - 1))
  yield* context.rules.learnFor(window.events, reach.joined)
  for (const event of window.events) {
    if (!outbox.hasRoom()) yield* outbox.room()
    receiver.handBytes(event, reach.joined)
  }
  receiver.left(conversation, removal)
  receiver.push(inboxRemovedFrame(ids, context.now(), conversation))
  return { _tag: "Replayed", frames: window.events.length, replayed: true }
})
