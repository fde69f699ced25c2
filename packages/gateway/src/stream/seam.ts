/**
 * The seam: where the replay of one conversation ends and its live frames begin.
 *
 *        held by the client │ left out: sync.gap │  window  │ arrived meanwhile │ live
 *   ────────────────────────┴────────────────────┴──────────┴───────────────────┴──────▶ seq
 *                                                           L                   hub.last
 *
 * L is the hub's last `seq` when the turn begins, and at or after the log's head when the sync did. The window is read backwards
 * from L. Then, in one turn of the loop, the connection is attached below the window; from there on every frame passes through
 * the attachment in order, until it lacks nothing and is live. Frames that come before its turn reach nobody here and are read.
 *
 * Always true: membership is proven for the first frame sent (the row says that he is a member up to a place in the log at or after
 * it), and folded from the frames after it. So nothing later than a removal is ever sent.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { catchUp, handAll } from "./catchUp.ts"
import { inboxAddedFrame, syncGapFrame } from "./controlFrames.ts"
import type { Hub } from "./Hub.ts"
import { type Reach, type Window, readBack } from "./readBack.ts"
import type { Session } from "./Session.ts"

export interface Seam {
  /** Held by the caller. */
  readonly hub: Hub
  readonly reach: Reach
  /** The user is a member from `reach.joined` on, at least up to this place in the log. */
  readonly provenTo: number
  /** The `seq` that the client says to hold; `undefined` when it does not name the conversation. */
  readonly known: number | undefined
  /** Whether `inbox.added` goes before the first frame. */
  readonly announce: boolean
}

export type Attached =
  /** `frames` of the window were sent. */
  | { readonly _tag: "Attached"; readonly frames: number; readonly replayed: boolean }
  /** The row is too old to prove the membership where the window starts: look it up at or after `position`, then try again. */
  | { readonly _tag: "Unproven"; readonly position: number }

export const attachAtSeam = Effect.fnUntraced(function* (
  session: Session,
  { announce, hub, known, provenTo, reach }: Seam,
): Effect.fn.Return<Attached, Unavailable> {
  const { context } = session
  const { conversation } = hub
  const { last, lastPosition } = hub
  const window: Window =
    lastPosition <= reach.position
      ? { start: last + 1, events: [], ends: "held", cutPosition: -1 }
      : yield* readBack(context.log, conversation, hub.ring, last, reach)
  if (unseenBefore(window, lastPosition) > provenTo) return { _tag: "Unproven", position: lastPosition }
  const gap = needsGap(window, known)
  const replayed = window.events.length > 0 || gap
  const added = replayed && announce ? yield* context.conversationFor(session.user, conversation) : undefined
  if (session.closed) return { _tag: "Attached", frames: 0, replayed: false }
  const attachment = session.attach(hub, reach.joined, window.start - 1)
  if (added !== undefined) session.push(inboxAddedFrame(session.ids, context.now(), added))
  if (gap) session.push(syncGapFrame(session.ids, context.now(), conversation, window.start - 1))
  yield* handAll(session, attachment, window.events)
  yield* catchUp(session, attachment)
  return { _tag: "Attached", frames: window.events.length, replayed }
})

/**
 * Up to where in the log events before the window were not looked at, though the cursor does not cover them: one of them may have
 * removed the user. What the client says to know proves nothing.
 */
const unseenBefore = ({ cutPosition, ends, events }: Window, lastPosition: number): number =>
  ends === "cut" ? cutPosition : ends === "known" ? (events[0]?.position ?? lastPosition) : -1

/** Whether the client would miss something between what it holds and the window, without being told. */
export const needsGap = ({ ends, events, start }: Window, known: number | undefined): boolean => {
  if (start === 0 || (ends === "held" && events.length === 0)) return false
  return known === undefined ? ends === "joined" || ends === "cut" : known < start - 1
}
