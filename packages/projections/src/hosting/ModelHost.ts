/**
 * The main thread's side of a model: asks it, knows how far it has come, and hands on what it changed.
 *
 * Always true: queries of one turn of the event loop travel in one message; at most 10,000 wait, the next one is `Unavailable` at once.
 * Whoever waits for a model that has stopped is told so, at once.
 */
import { atEndOfTurn } from "@parley/runtime/endOfTurn"
import * as Effect from "effect/Effect"
import type { Position } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"
import { Pending } from "@parley/runtime/Pending"
import type { Changes } from "../Model.ts"
import type { AppliedTraces, FromModel, Query, QueryReply, ToModel } from "./messages.ts"

const queryTimeoutMs = 5_000
/** How long a read waits for its model before it gives up. */
const catchUpMs = 1_000
/** How long anybody waits while the model's thread is still starting: a busy machine takes its time, and a start is no reason to turn people away. */
const openMs = 20_000
const maxWaiting = 10_000
/**
 * Commits of this much time, or this many events, are told to the model together: waking a thread for each commit costs more than all
 * that it does with it. Reads fold what lies between; who waits for the model has it told at once.
 */
const gatherMs = 500
const gatherEvents = 500

export interface ModelStats {
  readonly position: Position
  /** The log's last position that this process knows of. */
  readonly head: Position
  /** Queries not answered yet. */
  readonly waiting: number
  /** Why the last batch failed, or that there was none yet; absent once one has succeeded. */
  readonly trouble?: string
  /** Why the follower has stopped for good; absent while it follows. */
  readonly stopped?: string
}

export interface HostOptions {
  readonly post: (message: ToModel) => void
  readonly onProgress: (position: Position, changes: Changes) => void
  /** Where events are traced. */
  readonly onApplied?: ((applied: AppliedTraces) => void) | undefined
  /** Trouble, or the end, for the log of the process. */
  readonly onFailure: (reason: string) => void
}

type Resume = (effect: Effect.Effect<void, Unavailable>) => void

export class ModelHost {
  readonly #options: HostOptions
  readonly #pending = new Pending<QueryReply>(queryTimeoutMs)
  readonly #waiters = new Set<{ readonly position: Position; readonly resume: Resume }>()
  #unsent: Array<Query> = []
  #position: Position = -1
  #head: Position = -1
  #opened = false
  #trouble: string | undefined
  /** The follower has stopped; queries may still be answered. */
  #stopped: string | undefined
  /** The thread has ended: nothing is answered. */
  #ended = false
  #timer: NodeJS.Timeout | undefined
  /** The log's last position when the model was last told to look. */
  #toldHead: Position = -1

  constructor(options: HostOptions) {
    this.#options = options
  }

  get position(): Position {
    return this.#position
  }

  readonly stats = (): ModelStats => {
    const trouble = this.#trouble ?? (this.#opened ? undefined : "being opened")
    return {
      position: this.#position,
      head: Math.max(this.#head, this.#position),
      waiting: this.#pending.size,
      ...(trouble === undefined ? {} : { trouble }),
      ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }),
    }
  }

  readonly receive = (message: FromModel): void => {
    switch (message._tag) {
      case "Replies": {
        for (const reply of message.replies) this.#pending.settle(reply.id, reply)
        return
      }
      case "Progress": {
        this.#opened = true
        this.#trouble = undefined
        this.#position = message.position
        if (message.applied !== undefined) this.#options.onApplied?.(message.applied)
        // Whoever waits for the model finds what it changed announced.
        this.#options.onProgress(message.position, message.changes)
        for (const waiter of this.#waiters)
          if (waiter.position <= message.position) waiter.resume(Effect.void)
        return
      }
      case "Trouble": {
        if (this.#trouble === undefined) this.#options.onFailure(message.reason)
        this.#trouble = message.reason
        return
      }
      case "Stopped":
        return this.#stop(message.reason)
    }
  }

  /** The thread has ended by itself: nothing more comes. */
  readonly died = (reason: string): void => {
    this.#stop(reason)
    this.close()
  }

  /** Nothing is asked any more; what still waits is `Unavailable`. */
  readonly close = (): void => {
    this.#ended = true
    this.#stopped ??= "the model is closed"
    this.#pending.end()
  }

  readonly committed = (position: Position): void => {
    this.#head = position
    if (position - this.#toldHead >= gatherEvents) return this.#tell()
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#tell(), gatherMs).unref()
  }

  /** The log's last position, from whoever asked for it. */
  readonly saw = (head: Position): void => {
    this.#head = Math.max(this.#head, head)
  }

  readonly ask = <A>(method: string, ...args: ReadonlyArray<unknown>): Effect.Effect<A, Unavailable> =>
    this.askAsOf(-1, method, ...args)

  /** As `caughtUp`, then `ask`, in one message there and one back; waits as long as for any answer. */
  readonly askAsOf = <A>(
    position: Position,
    method: string,
    ...args: ReadonlyArray<unknown>
  ): Effect.Effect<A, Unavailable> =>
    Effect.callback((resume) => {
      const fail = (reason: string): void => resume(Effect.fail(new Unavailable({ reason })))
      const lacks = position > this.#position
      if (this.#ended || (lacks && this.#stopped !== undefined)) return fail(this.#stopped!)
      if (this.#pending.size >= maxWaiting) return fail("the model is overloaded")
      const id = this.#pending.add(
        (reply) => {
          if (reply === undefined) fail("the model does not answer")
          else if ("failure" in reply) fail(reply.failure)
          else resume(Effect.succeed(reply.result as A))
        },
        this.#opened ? queryTimeoutMs : openMs,
      )
      this.#unsent.push({ id, method, args, ...(lacks ? { asOf: position } : undefined) })
      // It looks for this commit by itself.
      if (lacks) this.#toldHead = Math.max(this.#toldHead, position)
      if (this.#unsent.length === 1) atEndOfTurn(() => this.#flush())
    })

  /** Returns once the model has opened its file and come to `position`; -1 asks for the first alone. */
  readonly caughtUp = (position: Position): Effect.Effect<void, Unavailable> =>
    Effect.callback<void, Unavailable>((resume) => {
      if (this.#opened && this.#position >= position) return resume(Effect.void)
      const unavailable = (reason: string) => Effect.fail(new Unavailable({ reason }))
      if (this.#stopped !== undefined) return resume(unavailable(this.#stopped))
      const leave = (): void => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
      }
      const finish: Resume = (effect) => {
        leave()
        resume(effect)
      }
      const waiter = { position, resume: finish }
      const timer = setTimeout(
        () => finish(unavailable("the model has not come that far")),
        this.#opened ? catchUpMs : openMs,
      )
      this.#waiters.add(waiter)
      // Of a commit that it was told of it need not be told for everybody who waits.
      if (position > this.#toldHead) this.#tell(position)
      return Effect.sync(leave)
    })

  #stop(reason: string): void {
    if (this.#stopped !== undefined) return
    this.#stopped = reason
    this.#options.onFailure(reason)
    for (const waiter of this.#waiters) waiter.resume(Effect.fail(new Unavailable({ reason })))
  }

  #flush(): void {
    const queries = this.#unsent
    this.#unsent = []
    if (!this.#ended) this.#options.post({ _tag: "Queries", queries })
  }

  /** @param position of a commit that the model must find, if the log has not announced it yet. */
  #tell(position: Position = -1): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#toldHead = Math.max(this.#head, position)
    const awaited = position > -1
    if (!this.#ended) this.#options.post(awaited ? { _tag: "Committed", awaited } : { _tag: "Committed" })
  }
}
