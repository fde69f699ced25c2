/**
 * Receipts on their way into the log: cursors that clients move are gathered, and each user's go as one command about once a second;
 * then those whom it concerns are told.
 *
 *   frame ──accept──► waiting (gathered) ──once a second──► MoveCursors ──durable──► notes
 *   HTTP  ──move────────────────────────────────at once──►
 *
 * Always true: what was accepted is stored within about a second, or when the process stops; a command that fails is tried again
 * with what came meanwhile. Cursors wait with the gateway and not with the connection, so that a disconnect loses none. Full
 * (`PendingCursors.ts`): refused as `unavailable`; receipts are shed before anything that people write.
 * Not for: deciding who may. Whoever calls `accept` has found that the user is a member and clamped the cursor to the head.
 */
import { randomBytes } from "node:crypto"
import type { Limits } from "@parley/domain/limits"
import { Markers } from "@parley/projections/Markers"
import { ReceiptReads } from "@parley/projections/ReceiptReads"
import { Reads } from "@parley/projections/Reads"
import { Broker } from "@parley/runtime/Broker"
import type { Origin } from "@parley/runtime/Conversations"
import type { Unavailable } from "@parley/runtime/errors"
import { Users } from "@parley/runtime/Users"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { type Cursor, PendingCursors, UserCursors } from "./PendingCursors.ts"
import { type Storing, storeCursors } from "./storeCursors.ts"
import type { Teller } from "./tellMoved.ts"

const PERIOD = "1 second"
/** Users whose cursors are on their way at a time. */
const AT_ONCE = 32
/** How long a process that stops tries to store what waits. */
const LAST_TRIES = 25
const LAST_TRY_EVERY = "200 millis"

export interface HttpReceipts {
  readonly conversation: string
  readonly readUpTo?: number
  readonly delivered?: { readonly device: string; readonly upTo: number }
}

export class ReceiptCursors extends Context.Service<
  ReceiptCursors,
  {
    /** False: too many wait. */
    readonly accept: (cursor: Cursor) => boolean
    /** Stores them at once, clamped to the head; whom it concerns is told a little later. False: the actor is no member. */
    readonly move: (origin: Origin, receipts: HttpReceipts) => Effect.Effect<boolean, Unavailable>
    /** Users whose cursors wait. */
    readonly waiting: () => number
  }
>()("@parley/gateway/ReceiptCursors") {
  /** When its scope ends, what waits is stored: sessions must have ended before. */
  static readonly layer = (
    limits: Pick<Limits, "receipts_members">,
  ): Layer.Layer<ReceiptCursors, never, Broker | Markers | ReceiptReads | Reads | Users> =>
    Layer.effect(ReceiptCursors, make(limits.receipts_members))
}

const make = Effect.fnUntraced(function* (mostMembers: number) {
  const [broker, markers, receipts] = [yield* Broker, yield* Markers, yield* ReceiptReads]
  const [reads, users, clock] = [yield* Reads, yield* Users, yield* Clock.Clock]
  const context = yield* Effect.context<never>()
  const teller: Teller = {
    covered: receipts.covered,
    markers: markers.of,
    tell: broker.tell,
    now: () => clock.currentTimeMillisUnsafe(),
  }
  const fork = Effect.runForkWith(context)
  const { flushAll, pending, ...face } = gather({ reads, users, teller, mostMembers, fork })
  yield* Effect.addFinalizer(() => storeTheRest(pending, flushAll))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(PERIOD), flushAll)))
  return face
})

/** Everything but the clock. */
export const gather = (storing: Storing) => {
  const pending = new PendingCursors()
  const store = storeCursors(storing)
  /** What is not stored waits again, also when the process is about to stop. A defect would only come again. */
  const flush = (user: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      const cursors = pending.take(user)
      if (cursors === undefined) return Effect.void
      const origin = { actor: user, correlation: `req_${randomBytes(9).toString("hex")}` }
      return store(origin, cursors).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (Exit.isFailure(exit) && !Cause.hasDies(exit.cause)) pending.putBack(user, cursors)
          }),
        ),
        // An interruption that is seen here is another's, such as of an entity that moves: the next round goes on.
        Effect.catchCause((cause) => Effect.logWarning("Receipts could not be stored", cause)),
      )
    })
  return {
    pending,
    flushAll: Effect.suspend(() =>
      Effect.forEach(pending.users(), flush, { concurrency: AT_ONCE, discard: true }),
    ),
    accept: (cursor: Cursor) => pending.move(cursor),
    waiting: () => pending.size,
    move: Effect.fn("ReceiptCursors.move")(function* (origin: Origin, asked: HttpReceipts) {
      const { conversation, delivered, readUpTo } = asked
      const view = yield* storing.reads.view(conversation, origin.actor)
      if (view === undefined) return false
      const cursors = new UserCursors()
      const move = (kind: Cursor["kind"], device: string, seq: number): boolean =>
        cursors.move({ conversation, kind, device, seq: Math.min(seq, view.conversation.revision) })
      if (readUpTo !== undefined) move("read", "", readUpTo)
      if (delivered !== undefined) move("delivered", delivered.device, delivered.upTo)
      yield* store(origin, cursors)
      return true
    }),
  }
}

const storeTheRest = Effect.fnUntraced(function* (pending: PendingCursors, flushAll: Effect.Effect<void>) {
  for (let left = LAST_TRIES; pending.size > 0 && left > 0; left--) {
    yield* flushAll
    if (pending.size > 0) yield* Effect.sleep(LAST_TRY_EVERY)
  }
  if (pending.size > 0) yield* Effect.logWarning("Receipts are lost", { users: pending.size })
})
