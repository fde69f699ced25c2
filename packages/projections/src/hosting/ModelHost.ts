/**
 * The main thread's side of a model: asks it, knows how far it has come, and hands on what it changed.
 *
 * Always true: queries of one turn of the event loop travel in one message; at most 10,000 wait, the next one is `Unavailable` at once.
 */
import * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"
import { Pending } from "@parley/runtime/Pending"
import type { Changes } from "../Model.ts"
import type { FromModel, Query, QueryReply, ToModel } from "./messages.ts"

const queryTimeoutMs = 5_000
/** How long a read waits for its model before it gives up. */
const catchUpMs = 1_000
const maxWaiting = 10_000
/** Commits of this much time are told to the model together; who waits for it has it told at once. */
const gatherMs = 4

export interface ModelStats {
  readonly position: Position
  readonly waiting: number
  /** Why the follower has stopped; absent while it follows. */
  readonly stopped?: string
}

export class ModelHost {
  readonly #post: (message: ToModel) => void
  readonly #pending = new Pending<QueryReply>(queryTimeoutMs)
  readonly #waiters = new Set<{ readonly position: Position; readonly wake: () => void }>()
  readonly #onProgress: (position: Position, changes: Changes) => void
  #unsent: Array<Query> = []
  #position: Position = -1
  #stopped: string | undefined
  #told = false

  constructor(post: (message: ToModel) => void, onProgress: (position: Position, changes: Changes) => void) {
    this.#post = post
    this.#onProgress = onProgress
  }

  get position(): Position {
    return this.#position
  }

  readonly stats = (): ModelStats => ({
    position: this.#position,
    waiting: this.#pending.size,
    ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }),
  })

  readonly receive = (message: FromModel): void => {
    switch (message._tag) {
      case "Replies": {
        for (const reply of message.replies) this.#pending.settle(reply.id, reply)
        return
      }
      case "Stopped": {
        this.#stopped = message.reason
        return
      }
      case "Progress": {
        this.#position = message.position
        this.#onProgress(message.position, message.changes)
        for (const waiter of [...this.#waiters]) if (waiter.position <= message.position) waiter.wake()
      }
    }
  }

  /** The thread has ended: nothing more comes. */
  readonly end = (reason: string): void => {
    this.#stopped = reason
    this.#pending.end()
  }

  readonly committed = (): void => {
    if (this.#told) return
    this.#told = true
    setTimeout(() => this.#tell(), gatherMs).unref()
  }

  readonly ask = <A>(method: string, ...args: ReadonlyArray<unknown>): Effect.Effect<A, Unavailable> =>
    Effect.callback((resume) => {
      if (this.#pending.size >= maxWaiting) {
        resume(Effect.fail(new Unavailable({ reason: "the model is overloaded" })))
        return
      }
      const id = this.#pending.add((reply) => {
        if (reply === undefined) resume(Effect.fail(new Unavailable({ reason: "the model does not answer" })))
        else if ("failure" in reply) resume(Effect.fail(new Unavailable({ reason: reply.failure })))
        else resume(Effect.succeed(reply.result as A))
      })
      this.#unsent.push({ id, method, args })
      if (this.#unsent.length > 1) return
      setImmediate(() => {
        const queries = this.#unsent
        this.#unsent = []
        this.#post({ _tag: "Queries", queries })
      })
    })

  readonly caughtUp = (position: Position): Effect.Effect<void, Unavailable> =>
    Effect.callback<void, Unavailable>((resume) => {
      if (this.#position >= position) {
        resume(Effect.void)
        return
      }
      this.#tell()
      const finish = (effect: Effect.Effect<void, Unavailable>): void => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
        resume(effect)
      }
      const waiter = { position, wake: () => finish(Effect.void) }
      const timer = setTimeout(
        () => finish(Effect.fail(new Unavailable({ reason: "the model has not come that far" }))),
        catchUpMs,
      )
      this.#waiters.add(waiter)
      return Effect.sync(() => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
      })
    })

  #tell(): void {
    this.#told = false
    this.#post({ _tag: "Committed" })
  }
}
