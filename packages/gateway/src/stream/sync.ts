/**
 * `sync`: what a client missed, conversation after conversation, then live (protocol, sections 4 and 7; the order within one
 * conversation is `seam.ts`).
 *
 * Then markers and receipts that moved, and the ack.
 *
 * Always true: the ack's cursor is the log's head when the sync began; everything up to there is sent before it. A sync that fails
 * before the connection was handed an event leaves it as it was before its first, so the client may simply try again; one that fails
 * later ends it, because what was sent would come again behind what is newer.
 */
import type { SyncFrame } from "@parley/domain/wire/clientFrames"
import type { MembershipRow } from "@parley/projections/Membership"
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type { Cursor } from "./Cursor.ts"
import type { Hub } from "./Hub.ts"
import { tellMovedSince } from "./notes.ts"
import { lose } from "./lose.ts"
import { provenTurn, seamOf } from "./provenTurn.ts"
import { attachAtSeam, attachAtSeamNow } from "./seam.ts"
import type { Session } from "./Session.ts"
import { type Asked, FRAMES_PER_CONVERSATION, FRAMES_PER_SYNC, type Turn, planSync } from "./syncPlan.ts"

/** Hubs opened at a time for one sync. */
const OPENING = 256

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
  const opened = payload.cursor === undefined ? undefined : context.cursors.open(session.user, payload.cursor)
  if (payload.cursor !== undefined && opened === undefined) return { _tag: "BadCursor" }
  // Of a sync by pages: from where that began.
  const cursor = opened?.page?.fresh === true ? undefined : opened
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
  const asked: Asked = { position: cursor?.position, known: knownOf(payload), head }
  const rows = yield* context.membership.of(session.user, removedAfter(asked, cursor), head)
  session.phase = "syncing"
  session.detachAll()
  session.coveredTo = head
  const held = new Map<string, Hub>()
  return yield* openHubs(session, head, rows, held).pipe(
    Effect.andThen(Effect.suspend(() => takeTurns(session, asked, planSync(asked, rows, held)))),
    Effect.tap((replayed) => tellMoved(session, cursor, replayed)),
    Effect.map((replayed) => ({ _tag: "Synced" as const, conversations: replayed.size })),
    Effect.ensuring(Effect.sync(() => held.forEach((hub) => context.hubs.release(hub)))),
  )
})

const knownOf = ({ known }: SyncFrame["payload"]): ReadonlyMap<string, number> =>
  new Map(Object.entries(known ?? {}))

/** Conversations left before: only those that the client may not know it has left. */
const removedAfter = (asked: Asked, cursor: Cursor | undefined): number =>
  cursor?.position ?? (asked.known.size > 0 ? -1 : asked.head)

/** Every hub has reached its conversation's head as of `head`: a fresh one by being opened now, others by asking, at once where that is known. */
const openHubs = (
  session: Session,
  head: number,
  rows: ReadonlyArray<MembershipRow>,
  held: Map<string, Hub>,
) => {
  const { hubs, log, watermark } = session.context
  const settled = watermark.settle() >= head
  const reachedNow = ({ conversation, joinedSeq }: MembershipRow): boolean => {
    const hub = hubs.holdNow(conversation)
    if (hub === undefined) return false
    held.set(conversation, hub)
    const now = settled ? hub.last : log.headNow(conversation)?.revision
    return now !== undefined && hub.last >= Math.max(now, joinedSeq)
  }
  return Effect.forEach(
    rows.filter((row) => row.member && !reachedNow(row)),
    Effect.fnUntraced(function* ({ conversation, joinedSeq }): Effect.fn.Return<void, Unavailable> {
      const fresh = hubs.get(conversation) === undefined
      const hub = held.get(conversation) ?? (yield* hubs.hold(conversation))
      held.set(conversation, hub)
      if (!fresh && !settled) {
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
  turns: ReadonlyArray<Turn<Hub>>,
): Effect.fn.Return<ReadonlySet<string>, Unavailable> {
  let left = FRAMES_PER_SYNC
  const replayed = new Set<string>()
  for (const turn of turns) {
    if (session.closed) break
    const frames = Math.min(left, FRAMES_PER_CONVERSATION)
    const sent =
      turn._tag === "Lost"
        ? yield* lose(session, turn, frames)
        : (attachAtSeamNow(session, seamOf(turn, frames, asked.head)) ??
          (yield* provenTurn(turn, {
            user: session.user,
            membership: session.context.membership,
            frames,
            head: asked.head,
            attach: (seam) => attachAtSeam(session, seam),
            lose: (lost) => lose(session, lost, frames),
          })))
    left -= sent.frames
    if (sent.replayed) replayed.add(turn.row.conversation)
  }
  return replayed
})

/** Markers and receipts that moved since the cursor; without one, those of the conversations that were shown. */
const tellMoved = (
  session: Session,
  cursor: Cursor | undefined,
  replayed: ReadonlySet<string>,
): Effect.Effect<void, Unavailable> =>
  cursor === undefined
    ? tellMovedSince(session, -1, (conversation) => replayed.has(conversation))
    : tellMovedSince(session, cursor.told)
