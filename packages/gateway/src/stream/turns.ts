/**
 * What a connection waits for, one thing after another: its syncs, catching up after it was too slow, notes that it is owed,
 * conversations joined.
 *
 * Always true: one fiber for a connection at a time, and none while there is nothing to do. A connection that cannot be served is
 * closed, never left behind silently.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import { type Refused, problemOf, refuse, unavailable } from "../problems.ts"
import { catchUp } from "./catchUp.ts"
import { runJoin } from "./joining.ts"
import { tellMovedSince } from "./notes.ts"
import type { Session } from "./Session.ts"
import { runSync } from "./sync.ts"

/** Six attempts in about six seconds; then the connection is closed and the client resumes elsewhere or later. */
const patience = { schedule: Schedule.exponential("100 millis"), times: 5 }

const badCursor = refuse("bad_request", undefined, {
  errors: [{ path: "payload.cursor", message: "Expected a cursor of this user" }],
})
const nobody = Effect.succeed({ _tag: "Synced", conversations: 0 } as const)
const gone = refuse("gone", "The cursor is of another history of the log: sync without one.")

/** Notes are owed, and now they can be told. */
export const mayTell = ({ context, outbox, owesNotes, phase }: Session): boolean =>
  owesNotes && phase === "synced" && outbox.hasRoom() && !context.sheds("receipts")

export const startTurns = (session: Session): void => {
  if (session.working || session.closed) return
  session.working = true
  session.context.fork(turns(session)).addObserver((exit) => {
    if (Exit.isSuccess(exit)) return
    if (!Cause.hasInterruptsOnly(exit.cause))
      session.context.fork(Effect.logError("A connection could not be served", exit.cause))
    session.close(4002, "server fault")
  })
}

const turns = Effect.fnUntraced(function* (session: Session): Effect.fn.Return<void, Unavailable> {
  while (!session.closed) {
    const sync = session.syncs?.shift()
    if (sync !== undefined) {
      // A list that was pushed to keeps room for more.
      if (session.syncs?.length === 0) session.syncs = undefined
      yield* answerSync(session, sync)
      continue
    }
    if (session.behind && !session.outbox.flow.stopped) {
      session.behind = false
      session.context.counters.caughtUp++
      for (const attachment of session.attachments.values())
        yield* Effect.retry(catchUp(session, attachment), patience)
      continue
    }
    if (mayTell(session)) {
      yield* inTurn(session, Effect.retry(tellMovedSince(session, session.toldTo), patience))
      continue
    }
    const join = session.phase === "synced" ? session.joins?.entries().next().value : undefined
    if (join === undefined) break
    session.joins!.delete(join[0])
    yield* Effect.retry(runJoin(session, join[0], join[1]), patience)
  }
  // In the turn in which nothing was left: what comes later starts a new fiber.
  session.working = false
})

/** What asks the models and the log for much waits for its turn among all connections; not while it waits for a slow reader. */
const inTurn = <A>(session: Session, work: Effect.Effect<A, Unavailable>): Effect.Effect<A, Unavailable> => {
  const { syncs } = session.context
  return Effect.suspend(() => {
    session.outbox.aside = (wait) => syncs.aside(wait)
    return Effect.ensuring(
      syncs.queue(work),
      Effect.sync(() => (session.outbox.aside = undefined)),
    )
  })
}

const answerSync = Effect.fnUntraced(function* (
  session: Session,
  frame: NonNullable<Session["syncs"]>[number],
) {
  const { context } = session
  const to = { id: frame.id }
  context.counters.syncs++
  // Who left while he waited for his turn takes nobody's.
  const sync = Effect.suspend(() => (session.closed ? nobody : runSync(session, frame)))
  const outcome = yield* Effect.result(inTurn(session, sync))
  if (session.closed) return
  const requestId = session.requestId()
  const refused = (problem: Refused): void => session.refuse(to, problemOf(problem, { requestId }).body)
  if (outcome._tag === "Failure") {
    yield* Effect.logWarning("A sync was not served", { requestId, reason: outcome.failure.reason })
    // Asked for again it would begin anew, behind what is newer: the order is that of a connection, so the next one begins anew.
    if (session.handedTo >= 0) return session.close(4002, "server fault")
    // Some conversations may be attached and others not: none is, until a sync succeeds.
    session.reset()
    refused(unavailable())
  } else if (outcome.success._tag === "BadCursor") refused(badCursor)
  else if (outcome.success._tag === "Gone") refused(gone)
  else {
    session.phase = "synced"
    const { conversations } = outcome.success
    session.ack(to, { cursor: session.cursorAt(session.coveredTo), conversations, complete: true })
  }
  session.answered()
})
