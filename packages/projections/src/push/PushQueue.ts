/**
 * The queue port: what is to be pushed, durably, and how far the deciding follower has come.
 *
 * Always true: a batch's jobs and the follower's new position are one durable transaction, moved by compare-and-set: no event is judged
 * twice or skipped, whatever is killed. A job is leased before it is sent and settled afterwards: a kill between the two costs one
 * push more for each job leased then, and none otherwise.
 *
 *   enqueue ──► waiting ──lease──► leased ──settle──► sent, dropped, parked
 *                  ▲                  │
 *                  └── retry, or the lease has run out
 *
 * Jobs of one device under one collapse key that wait become one. A job in the hands of a sender takes nothing in: what comes
 * meanwhile waits beside it.
 * Bounded: a batch that would make more than `mostJobs` wait is refused whole (`PushQueueFull`); the follower keeps its position and
 * asks again, so the log itself is the overflow, and what waits is late and not forgotten. Joining a job that waits always succeeds.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Unavailable } from "@parley/runtime/errors"
import type { Position } from "@parley/runtime/EventStore"
import type { PushKind } from "./PushSender.ts"

/** Nothing was written. Settling makes room. */
export class PushQueueFull extends Schema.TaggedError<PushQueueFull>()("PushQueueFull", {
  waiting: Schema.Int,
}) {}

/** Somebody else moved the position: this follower must stop. Nothing was written. */
export class PushPositionMoved extends Schema.TaggedError<PushPositionMoved>()("PushPositionMoved", {
  from: Schema.Int,
}) {}

/** A push that was decided on. `ts`: of the event, in milliseconds. */
export type Wanted =
  | {
      readonly kind: "message"
      readonly user: string
      readonly device: string
      readonly conversation: string
      readonly seq: number
      readonly ts: number
    }
  | {
      readonly kind: "security"
      readonly user: string
      readonly device: string
      readonly ts: number
      /** The event's own id: security pushes are never collapsed. */
      readonly event: string
      readonly what: "device_registered" | "device_revoked"
      readonly about: string
    }

/** A person has read a conversation up to `seq`: waiting pushes of it go, shown ones are cleared on all devices but `except`. */
export interface ReadElsewhere {
  readonly user: string
  readonly conversation: string
  readonly seq: number
  readonly ts: number
  readonly except: ReadonlyArray<string>
}

/** One line of what happened and why, for whoever asks about his pushes. `device` absent: it concerns all of them. */
export interface PushDecision {
  readonly user: string
  readonly device?: string
  readonly kind: PushKind
  readonly conversation?: string
  readonly seq?: number
  /** When it was decided, in milliseconds. */
  readonly at: number
  readonly outcome: "suppressed" | "queued" | "collapsed" | "sent" | "dropped" | "retry" | "parked"
  /** Absent for `queued` and `sent`. */
  readonly reason?: string
}

export interface PushBatch {
  readonly epoch: string
  readonly from: Position
  readonly to: Position
  readonly now: number
  readonly wanted: ReadonlyArray<Wanted>
  readonly read: ReadonlyArray<ReadElsewhere>
  readonly suppressed: ReadonlyArray<PushDecision>
}

/**
 * A job in the hands of a sender. `count`: messages in it. `seq`: of the last. `conversation` absent: it stands for several
 * conversations, or for none (security). `attempts`: leases so far, this one included. `lease`: needed to settle it.
 */
export interface PushJob {
  readonly id: number
  readonly lease: number
  readonly kind: PushKind
  readonly user: string
  readonly device: string
  readonly conversation?: string
  readonly collapseKey: string
  readonly seq: number
  readonly count: number
  readonly ts: number
  readonly attempts: number
  readonly what?: "device_registered" | "device_revoked"
  readonly about?: string
}

export type Settlement = { readonly id: number; readonly lease: number } & (
  | { readonly outcome: "sent" }
  /** Needed no more, or nobody can be reached: `reason` as a word, `read`, `no_access`, `dead_token`. */
  | { readonly outcome: "dropped"; readonly reason: string }
  | { readonly outcome: "retry"; readonly at: number; readonly reason: string }
  | { readonly outcome: "parked"; readonly reason: string }
)

export interface ParkedJob extends PushJob {
  readonly parkedAt: number
  readonly reason: string
}

/** `oldestTs`: of the oldest event that waits or is leased. Counters are since the process started. */
export interface PushQueueStats {
  readonly position: Position
  readonly waiting: number
  readonly leased: number
  readonly parked: number
  readonly oldestTs?: number
  readonly queued: number
  readonly collapsed: number
  readonly overBudget: number
  readonly sent: Readonly<Record<PushKind, number>>
  readonly dropped: Readonly<Record<string, number>>
  readonly suppressed: Readonly<Record<string, number>>
  readonly retried: number
}

export class PushQueue extends Context.Service<
  PushQueue,
  {
    /** Where the follower goes on. The first time, in another epoch, or from beyond the log's end: at `head`, and jobs of another epoch are gone. */
    readonly resume: (epoch: string, head: Position) => Effect.Effect<Position, Unavailable>
    /** Durable when it succeeds. */
    readonly enqueue: (
      batch: PushBatch,
    ) => Effect.Effect<void, PushQueueFull | PushPositionMoved | Unavailable>
    /**
     * Up to `limit` jobs that are due, security first, then the longest due; durable before they are handed out. `nextDue`: when the next
     * one comes due, should none be left now.
     */
    readonly lease: (options: {
      readonly now: number
      readonly limit: number
      readonly leaseMs: number
    }) => Effect.Effect<{ readonly jobs: ReadonlyArray<PushJob>; readonly nextDue?: number }, Unavailable>
    /** Durable when it succeeds. A settlement whose lease has run out and was given to another changes nothing. */
    readonly settle: (now: number, settlements: ReadonlyArray<Settlement>) => Effect.Effect<void, Unavailable>
    /** A parked job waits again and is due at once; once more refused, it is parked again. `false`: none of that number is parked. */
    readonly retryParked: (id: number, now: number) => Effect.Effect<boolean, Unavailable>
    /** The latest first. */
    readonly parked: (limit: number) => Effect.Effect<ReadonlyArray<ParkedJob>, Unavailable>
    /** A user's, the latest first. Only the last 100,000 of all users are kept, and none of people without a push device. */
    readonly decisionsOf: (
      user: string,
      limit: number,
    ) => Effect.Effect<ReadonlyArray<PushDecision>, Unavailable>
    readonly stats: () => PushQueueStats
    /** Called, without a fiber, after each batch that left something to lease. */
    readonly onQueued: (callback: () => void) => () => void
  }
>()("@parley/projections/PushQueue") {}
