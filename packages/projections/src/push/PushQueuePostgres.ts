/**
 * The push queue on Postgres: the decisions of the one follower whose turn it is, and senders on every node.
 *
 * Always true: an operation that has succeeded is committed. Jobs in the hands of a node that dies wait again once their lease has run
 * out. `onQueued` tells of this node's batches only; another node's senders look for themselves.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PostgresFailure } from "@parley/runtime/errors"
import { Postgres } from "@parley/runtime/postgres/Postgres"
import { PushQueue } from "./PushQueue.ts"
import type { QueueReply } from "./queue/messages.ts"
import { PositionMoved, QueueFull } from "./queue/refusals.ts"
import { type Ask, queueService } from "./queue/service.ts"
import { PostgresQueue, type PostgresQueueOptions, type QueueFailure } from "./queuePostgres/PostgresQueue.ts"
import { queueMigrations } from "./queuePostgres/tables.ts"

const replyOf = (failure: QueueFailure): QueueReply => {
  if (failure instanceof QueueFull) return { _tag: "Full", waiting: failure.waiting }
  if (failure instanceof PositionMoved) return { _tag: "Moved", from: failure.from }
  return { _tag: "Failed", reason: failure.reason }
}

export const layer = (options: PostgresQueueOptions): Layer.Layer<PushQueue, PostgresFailure, Postgres> =>
  Layer.effect(
    PushQueue,
    Effect.gen(function* () {
      const postgres = yield* Postgres
      yield* postgres.migrate(queueMigrations)
      const queue = new PostgresQueue(postgres, options, yield* Effect.scope)
      const ask: Ask = (name, args) => {
        const operation = queue[name] as (
          ...given: ReadonlyArray<unknown>
        ) => Effect.Effect<unknown, QueueFailure>
        return Effect.match(operation(...args), {
          onFailure: replyOf,
          onSuccess: (result): QueueReply => ({ _tag: "Done", result }),
        })
      }
      return queueService(ask, queue.stats)
    }),
  )
