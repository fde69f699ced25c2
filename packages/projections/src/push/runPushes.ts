/**
 * Sends what the queue holds: leases, makes ready, sends, settles, one job independent of the other.
 *
 * Always true: a job is sent once for each lease; what is leased is settled, or its lease runs out, should this process die or the
 * queue not answer. At most `mostAtOnce` are in its hands, none beyond its lease.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { Unavailable } from "@parley/runtime/errors"
import { backOffMs, mostAttempts } from "./backOff.ts"
import type { Notices, Prepared } from "./Notices.ts"
import type { PushJob, PushQueue, Settlement } from "./PushQueue.ts"
import type { PushTrails } from "./PushTrails.ts"
import type { PushSender, PushTarget, SendOutcome } from "./PushSender.ts"

const mostAtOnce = 32
/** Making ready and sending together end within this time, long before the lease does: nobody else sends the job meanwhile. */
const patienceMs = 30_000
const leaseMs = 120_000
/** When the queue or the disk does not answer, and for what nobody woke us. */
const pauseMs = 1_000
const longestSleepMs = 30_000
/** How long a stopping server waits for what is on its way. */
const stopMs = 5_000

export interface RunParts {
  readonly queue: PushQueue["Service"]
  readonly notices: Notices["Service"]
  readonly sender: PushSender["Service"]
  /** Absent: nothing is traced. */
  readonly trails?: PushTrails | undefined
}

type Ending = SendOutcome | Extract<Prepared, { readonly _tag: "Needless" }>

const settlementOf = (job: PushJob, ending: Ending, now: number): Settlement => {
  const { id, lease, attempts } = job
  const held = { id, lease }
  switch (ending._tag) {
    case "Sent":
      return { ...held, outcome: "sent" }
    case "Needless":
      return { ...held, outcome: "dropped", reason: ending.reason }
    case "Gone":
      return { ...held, outcome: "dropped", reason: "dead_token" }
    case "Rejected":
      return { ...held, outcome: "parked", reason: ending.reason }
    case "Retry": {
      const { reason } = ending
      if (attempts >= mostAttempts)
        return { ...held, outcome: "parked", reason: `${attempts} attempts: ${reason}` }
      return { ...held, outcome: "retry", at: now + backOffMs(attempts, id, ending.afterMs), reason }
    }
  }
}

/** Sending a prepared job; a dead target is taken away first, so that a kill between the two leaves the job to try again. */
const sendTo = (
  { notices, sender }: RunParts,
  job: PushJob,
  prepared: Prepared,
): Effect.Effect<Ending, Unavailable> => {
  if (prepared._tag === "Needless") return Effect.succeed(prepared)
  const forget = (target: PushTarget, outcome: SendOutcome): Effect.Effect<Ending, Unavailable> =>
    outcome._tag === "Gone" ? Effect.as(notices.gone(job, target), outcome) : Effect.succeed(outcome)
  const { target, notice } = prepared
  return Effect.flatMap(sender.send(target, notice), (outcome) => forget(target, outcome))
}

/** Whatever happens to it, a job ends as one of the outcomes. */
const carry = (parts: RunParts, job: PushJob): Effect.Effect<Ending> =>
  parts.notices.prepare(job).pipe(
    Effect.flatMap((prepared) => sendTo(parts, job, prepared)),
    Effect.timeoutOrElse({
      duration: patienceMs,
      orElse: () => Effect.succeed<Ending>({ _tag: "Retry", reason: "no answer in time" }),
    }),
    Effect.catch(({ reason }) => Effect.succeed<Ending>({ _tag: "Retry", reason })),
    Effect.catchDefect((defect) =>
      Effect.as(Effect.logError("A push could not be made", defect), {
        ...{ _tag: "Rejected", reason: "a defect of the server's; see its log" },
      } as const satisfies Ending),
    ),
  )

/** Runs until it is interrupted; what is in its hands then has five seconds to end. */
export const runPushes = Effect.fnUntraced(function* (parts: RunParts) {
  const { queue } = parts
  const wake = yield* Latch.make(false)
  const fibers = yield* FiberSet.make()
  let held = 0
  let stopping = false
  yield* Effect.acquireRelease(
    Effect.sync(() => queue.onQueued(() => wake.openUnsafe())),
    (stop) => Effect.sync(stop),
  )

  // A push on its way when the server stops is seen to its end, so that it does not go twice.
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      stopping = true
      return Effect.timeoutOption(FiberSet.awaitEmpty(fibers), stopMs)
    }),
  )

  const settle = Effect.fnUntraced(function* (settlement: Settlement, until: number) {
    const once = Effect.flatMap(Clock.currentTimeMillis, (now) => queue.settle(now, [settlement]))
    const now = yield* Clock.currentTimeMillis
    // Sent and not settled would be sent again: insist. Once the lease has run out the job is anybody's, this process's too.
    const settled = yield* Effect.retry(once, Schedule.spaced(pauseMs)).pipe(
      Effect.timeoutOption(Math.max(0, until - now)),
    )
    if (Option.isNone(settled))
      yield* Effect.logWarning("What became of a push could not be written down in time", {
        job: settlement.id,
        outcome: settlement.outcome,
      })
  })
  const one = Effect.fnUntraced(function* (job: PushJob, until: number) {
    const span = parts.trails?.sending(job)
    const ending = yield* span === undefined ? carry(parts, job) : span.around(carry(parts, job))
    span?.end({ attributes: { "parley.outcome": ending._tag.toLowerCase() } })
    yield* settle(settlementOf(job, ending, yield* Clock.currentTimeMillis), until)
    if (ending._tag === "Rejected")
      yield* Effect.logWarning("A push is parked", { job: job.id, user: job.user, reason: ending.reason })
  })
  const finished = Effect.sync(() => {
    held--
    wake.openUnsafe()
  })

  const round = Effect.fnUntraced(function* () {
    yield* wake.close
    const limit = stopping ? 0 : mostAtOnce - held
    if (limit === 0) return longestSleepMs
    const now = yield* Clock.currentTimeMillis
    const { jobs, nextDue } = yield* queue.lease({ now, limit, leaseMs })
    for (const job of jobs) {
      held++
      yield* FiberSet.run(fibers, Effect.ensuring(one(job, now + leaseMs), finished))
    }
    return nextDue === undefined ? longestSleepMs : Math.min(longestSleepMs, Math.max(0, nextDue - now))
  })
  while (true) {
    const sleepMs = yield* round().pipe(
      Effect.catch(({ reason }) => Effect.as(Effect.logWarning("Pushes are not sent now", reason), pauseMs)),
    )
    yield* Effect.timeoutOption(wake.await, sleepMs)
  }
})
