/** The port over whatever carries its operations to the file. */
import * as Effect from "effect/Effect"
import { Unavailable } from "@parley/runtime/errors"
import { PushPositionMoved, type PushQueue, PushQueueFull, type PushQueueStats } from "../PushQueue.ts"
import type { Answer, Arguments, Operation, QueueReply } from "./messages.ts"

export type Ask = (name: Operation, args: ReadonlyArray<unknown>) => Effect.Effect<QueueReply>

const failed = ({ _tag, ...more }: Exclude<QueueReply, { readonly _tag: "Done" }>) => {
  if ("waiting" in more) return new PushQueueFull(more)
  if ("from" in more) return new PushPositionMoved(more)
  return new Unavailable({ reason: `the push queue: ${more.reason}` })
}

/** @param stats as of the last answer. */
export const queueService = (ask: Ask, stats: () => PushQueueStats): PushQueue["Service"] => {
  const listeners = new Set<() => void>()
  const all = <Name extends Operation>(name: Name, ...args: Arguments<Name>) =>
    Effect.flatMap(ask(name, args), (reply) =>
      reply._tag === "Done" ? Effect.succeed(reply.result as Answer<Name>) : Effect.fail(failed(reply)),
    )
  /** Of operations that are never refused. */
  const plain = <Name extends Operation>(name: Name, ...args: Arguments<Name>) =>
    all(name, ...args).pipe(
      Effect.catchTags({ PushQueueFull: (no) => Effect.die(no), PushPositionMoved: (no) => Effect.die(no) }),
    )
  return {
    resume: (epoch, head) => plain("resume", epoch, head),
    enqueue: (batch) =>
      Effect.map(all("enqueue", batch), () => {
        if (batch.wanted.length + batch.read.length > 0) for (const listener of listeners) listener()
      }),
    lease: ({ now, limit, leaseMs }) => plain("lease", now, limit, leaseMs),
    settle: (now, settlements) => plain("settle", now, settlements),
    retryParked: (id, now) =>
      Effect.map(plain("retryParked", id, now), (found) => {
        if (found) for (const listener of listeners) listener()
        return found
      }),
    parked: (limit) => plain("parked", limit),
    decisionsOf: (user, limit) => plain("decisionsOf", user, limit),
    stats,
    onQueued: (callback) => {
      const own = (): void => callback()
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}

export const noStats: PushQueueStats = {
  position: -1,
  waiting: 0,
  leased: 0,
  parked: 0,
  queued: 0,
  collapsed: 0,
  overBudget: 0,
  sent: { message: 0, clear: 0, security: 0 },
  dropped: {},
  suppressed: {},
  retried: 0,
}
