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
import type { Conversation } from "@parley/domain/wire/conversation"
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { catchUp, handAll } from "./catchUp.ts"
import { inboxAddedFrame, syncGapFrame } from "./controlFrames.ts"
import type { FramedEvent } from "./FramedEvent.ts"
import type { Hub } from "./Hub.ts"
import { type Reach, type Window, emptyAfter, readBack, readBackNow } from "./readBack.ts"
import type { Ring } from "./Rings.ts"
import type { Session } from "./Session.ts"
import type { StreamContext } from "./StreamContext.ts"
import type { Head } from "./syncPlan.ts"

export interface Seam<H extends Head> {
  /** A hub is held by the caller. */
  readonly hub: H & { readonly ring?: Ring }
  readonly reach: Reach
  /** The user is a member from `reach.joined` on, at least up to this place in the log. */
  readonly provenTo: number
  /** The `seq` that the client says to hold; `undefined` when it does not name the conversation. */
  readonly known: number | undefined
  /** Whether `inbox.added` goes before the first frame. */
  readonly announce: boolean
}

/** The row is too old to prove the membership where the window starts: look it up at or after `position`, then try again. */
export interface Unproven {
  readonly _tag: "Unproven"
  readonly position: number
}

/** `frames` of the window were sent. */
export interface Replayed {
  readonly _tag: "Replayed"
  readonly frames: number
  readonly replayed: boolean
}

/** What is sent of a conversation: `inbox.added`, `sync.gap` up to before the window, the window. */
export interface Replay {
  readonly _tag: "Replay"
  readonly added: Conversation | undefined
  readonly gap: boolean
  readonly window: Window
}

type Needs = Pick<StreamContext, "log" | "conversationFor">

/** Reads the window back from the hub's head as it stands now. */
export const replayOf = Effect.fnUntraced(function* <H extends Head>(
  { conversationFor, log }: Needs,
  user: string,
  { announce, hub, known, provenTo, reach }: Seam<H>,
): Effect.fn.Return<Replay | Unproven, Unavailable> {
  const { conversation, last, lastPosition } = hub
  const window: Window =
    lastPosition <= reach.position
      ? emptyAfter(last)
      : yield* readBack(log, conversation, hub.ring, { seq: last, position: lastPosition }, reach)
  if (window.unseenTo > provenTo) return { _tag: "Unproven", position: lastPosition }
  const gap = needsGap(window, known)
  const added = sends(window, gap) && announce ? yield* conversationFor(user, conversation) : undefined
  return { _tag: "Replay", added, gap, window }
})

export const sends = ({ events }: Window, gap: boolean): boolean => events.length > 0 || gap

export const attachAtSeam = Effect.fnUntraced(function* (
  session: Session,
  seam: Seam<Hub>,
): Effect.fn.Return<Replayed | Unproven, Unavailable> {
  const { context, ids } = session
  const { hub, reach } = seam
  const { conversation } = hub
  const replay = yield* replayOf(context, session.user, seam)
  if (replay._tag === "Unproven") return replay
  if (session.closed) return { _tag: "Replayed", frames: 0, replayed: false }
  const { added, gap, window } = replay
  const attachment = session.attach(hub, reach.joined, window.start - 1)
  if (added !== undefined) session.push(inboxAddedFrame(ids, context.now(), added))
  if (gap) session.push(syncGapFrame(ids, context.now(), conversation, window.start - 1))
  yield* handAll(session, attachment, window.events)
  yield* catchUp(session, attachment)
  return { _tag: "Replayed", frames: window.events.length, replayed: sends(window, gap) }
})

/** Frames of so many bytes are handed over without a look at what waits for the connection already. */
const AT_ONCE_BYTES = 65_536

/**
 * The same here and now, without a fiber and without anything per conversation that has nothing new: what most conversations of who
 * comes back after a moment need. `undefined`: something must be waited for, nothing was done.
 */
export const attachAtSeamNow = (session: Session, seam: Seam<Hub>): Replayed | undefined => {
  const { announce, hub, known, provenTo, reach } = seam
  const { context, ids, outbox } = session
  if (session.closed || !outbox.hasRoom()) return undefined
  const { conversation, last, lastPosition } = hub
  const window =
    lastPosition <= reach.position
      ? emptyAfter(last)
      : readBackNow(hub.ring, { seq: last, position: lastPosition }, reach)
  if (window === undefined || window.unseenTo > provenTo) return undefined
  const { events, start } = window
  const gap = needsGap(window, known)
  const replayed = sends(window, gap)
  if (replayed && announce) return undefined
  if (!context.rules.knowsFor(events, reach.joined) || bytesOf(events) > AT_ONCE_BYTES) return undefined
  const attachment = session.attach(hub, reach.joined, start - 1)
  if (gap) session.push(syncGapFrame(ids, context.now(), conversation, start - 1))
  for (const event of events) {
    if (attachment.detached || session.closed) break
    session.hand(attachment, event)
  }
  if (!attachment.detached && attachment.sent >= hub.last) attachment.live = true
  return { _tag: "Replayed", frames: events.length, replayed }
}

const bytesOf = (events: ReadonlyArray<FramedEvent>): number =>
  events.reduce((sum, { bytes }) => sum + bytes.length, 0)

/** Whether the client would miss something between what it holds and the window, without being told. */
export const needsGap = ({ ends, events, start }: Window, known: number | undefined): boolean => {
  if (start === 0 || (ends === "held" && events.length === 0)) return false
  return known === undefined ? ends === "joined" || ends === "cut" : known < start - 1
}
