/**
 * `sync`: what a client missed, conversation after conversation, then live (protocol, sections 4 and 7; the order within one
 * conversation is `seam.ts`).
 *
 * Always true: the ack's cursor is the log's head when the sync began; everything up to there is sent before it. A sync that fails
 * leaves the connection as it was before its first, so the client may simply try again.
 */
import type { SyncFrame } from "@parley/domain/wire/clientFrames"
import type { MembershipRow } from "@parley/projections/Membership"
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { inboxRemovedFrame, syncGapFrame } from "./controlFrames.ts"
import type { Cursor } from "./Cursor.ts"
import type { Hub } from "./Hub.ts"
import { readBack } from "./readBack.ts"
import { attachAtSeam, needsGap } from "./seam.ts"
import type { Session } from "./Session.ts"
import { type Asked, FRAMES_PER_CONVERSATION, FRAMES_PER_SYNC, type Turn, planSync } from "./syncPlan.ts"

/** Hubs opened at a time for one sync. */
const OPENING = 32
/** A turn whose membership moves under it is tried again with a fresh row. */
const ATTEMPTS = 5

export type SyncOutcome =
  | { readonly _tag: "Synced"; readonly conversations: number }
  /** The cursor is none of this user's. */
  | { readonly _tag: "BadCursor" }
  /** The cursor is of another history of the log. */
  | { readonly _tag: "Gone" }

export const runSync = Effect.fnUntraced(function* (
  session: Session,
  { payload }: SyncFrame,
): Effect.fn.Return<SyncOutcome, Unavailable> {
  const { context } = session
  const cursor = payload.cursor === undefined ? undefined : context.cursors.open(session.user, payload.cursor)
  if (payload.cursor !== undefined && cursor === undefined) return { _tag: "BadCursor" }
  if (cursor !== undefined && cursor.epoch !== context.epoch) return { _tag: "Gone" }
  // From here on changes of membership are remembered: those that the rows read below do not hold come as `joins`.
  const before = session.phase
  if (before === "fresh") session.phase = "syncing"
  yield* context.listen(session)
  const head = yield* context.log.headPosition
  if (cursor !== undefined && cursor.position > head) {
    if (before === "fresh") session.reset()
    return { _tag: "Gone" }
  }
  yield* context.membership.caughtUp(head)
  const asked: Asked = { position: cursor?.position, known: knownOf(payload), head }
  const rows = yield* context.membership.of(session.user, removedAfter(asked, cursor))
  session.phase = "syncing"
  session.detachAll()
  session.coveredTo = head
  const held = new Map<string, Hub>()
  return yield* openHubs(session, head, rows, held).pipe(
    Effect.andThen(Effect.suspend(() => takeTurns(session, asked, planSync(asked, rows, held)))),
    Effect.ensuring(Effect.sync(() => held.forEach((hub) => context.hubs.release(hub)))),
  )
})

const knownOf = ({ known }: SyncFrame["payload"]): ReadonlyMap<string, number> =>
  new Map(Object.entries(known ?? {}))

/** Conversations left before: only those that the client may not know it has left. */
const removedAfter = (asked: Asked, cursor: Cursor | undefined): number =>
  cursor?.position ?? (asked.known.size > 0 ? -1 : asked.head)

/** Every hub has reached its conversation's head as of `head`: a fresh one by being opened now, others by asking. */
const openHubs = (
  session: Session,
  head: number,
  rows: ReadonlyArray<MembershipRow>,
  held: Map<string, Hub>,
) => {
  const { hubs, log, watermark } = session.context
  return Effect.forEach(
    rows.filter((row) => row.member),
    Effect.fnUntraced(function* ({ conversation, joinedSeq }): Effect.fn.Return<void, Unavailable> {
      const fresh = hubs.get(conversation) === undefined
      const hub = yield* hubs.hold(conversation)
      held.set(conversation, hub)
      if (!fresh && watermark.settle() < head) {
        const now = yield* log.head(conversation)
        yield* hub.reached(now?.revision ?? -1)
      }
      yield* hub.reached(joinedSeq)
    }),
    { concurrency: OPENING, discard: true },
  )
}

const takeTurns = Effect.fnUntraced(function* (
  session: Session,
  asked: Asked,
  turns: ReadonlyArray<Turn>,
): Effect.fn.Return<SyncOutcome, Unavailable> {
  let left = FRAMES_PER_SYNC
  let conversations = 0
  for (const turn of turns) {
    if (session.closed) break
    const frames = Math.min(left, FRAMES_PER_CONVERSATION)
    const sent = yield* turn._tag === "Lost"
      ? lose(session, turn, frames)
      : attach(session, turn, frames, asked.head)
    left -= sent.frames
    if (sent.replayed) conversations++
  }
  return { _tag: "Synced", conversations }
})

interface Sent {
  readonly frames: number
  readonly replayed: boolean
}

const attach = Effect.fnUntraced(function* (
  session: Session,
  turn: Extract<Turn, { readonly _tag: "Attach" }>,
  frames: number,
  head: number,
): Effect.fn.Return<Sent, Unavailable> {
  const { hub, known, announce } = turn
  const { membership } = session.context
  let { joinedSeq: joined } = turn.row
  let provenTo = head
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reach = { ...turn.reach, joined, frames }
    const attached = yield* attachAtSeam(session, { hub, reach, provenTo, known, announce })
    if (attached._tag === "Attached") return attached
    // More than a window of events came while other conversations had their turns.
    provenTo = attached.position
    yield* membership.caughtUp(provenTo)
    const row = (yield* membership.of(session.user, -1)).find((one) => one.conversation === hub.conversation)
    if (row === undefined) break
    if (!row.member) return yield* lose(session, lostOf(turn, row), frames)
    joined = row.joinedSeq
  }
  return yield* new Unavailable({ reason: "the membership moves faster than it can be read" })
})

const lostOf = (turn: Turn, row: MembershipRow): Extract<Turn, { readonly _tag: "Lost" }> => ({
  _tag: "Lost",
  row,
  removedSeq: row.removedSeq ?? row.joinedSeq,
  known: turn.known,
  reach: { ...turn.reach, joined: row.joinedSeq },
})

/**
 * What he missed up to his own removal, which is the last, whatever the budget; then `inbox.removed`. No `inbox.added`: that would
 * show the conversation as it is now, and he is no member now.
 */
const lose = Effect.fnUntraced(function* (
  session: Session,
  { known, reach, removedSeq, row }: Extract<Turn, { readonly _tag: "Lost" }>,
  frames: number,
): Effect.fn.Return<Sent, Unavailable> {
  const { context, ids } = session
  const { conversation } = row
  const window = yield* readBack(context.log, conversation, undefined, removedSeq, {
    ...reach,
    frames: Math.max(1, frames),
  })
  if (needsGap(window, known) && window.events.length > 0)
    session.push(syncGapFrame(ids, context.now(), conversation, window.start - 1))
  for (const event of window.events) {
    if (!session.outbox.hasRoom()) yield* session.outbox.room()
    session.handBytes(event)
  }
  session.left(conversation, { seq: removedSeq, position: row.removedPosition ?? -1 })
  session.push(inboxRemovedFrame(ids, context.now(), conversation))
  return { frames: window.events.length, replayed: true }
})
