/**
 * One model and its follower, driven by messages: the same in a worker thread and, for tests, in the main one.
 *
 * Always true: a query is answered between two batches, from the model as of the last one. A failed batch is tried again after a pause
 * when waiting may help; a damaged file is set aside and the model built anew; after anything else the follower stops, says why, and
 * queries go on. A query that asks for more of the log than the model knows waits for the batch that brings it there.
 */
import { type Follower, LogUnreachable } from "../Follower.ts"
import { preciseNow } from "@parley/runtime/telemetry/Histogram"
import { isDamage, isTrouble } from "../modelFile.ts"
import type { FromModel, Query, QueryReply, ToModel } from "./messages.ts"

const firstPauseMs = 100
const longestPauseMs = 5_000

export interface LoopOptions {
  readonly open: () => Follower
  /** Puts a damaged file out of the way of the next `open`. */
  readonly setAside: () => void
  readonly say: (message: FromModel) => void
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

export class ModelLoop {
  readonly #options: LoopOptions
  #follower: Follower | undefined
  #next: "soon" | "paused" | undefined
  #timer: NodeJS.Timeout | undefined
  #pauseMs = firstPauseMs
  #troubled = false
  #ended = false
  /** Asked of a place in the log that the model has not come to. */
  #early: Array<Query> = []

  constructor(options: LoopOptions) {
    this.#options = options
    this.#open()
  }

  receive(message: ToModel): void {
    switch (message._tag) {
      case "Committed": {
        // A step to come, soon or after a pause, finds the commit anyway.
        if (this.#next === undefined) this.#soon()
        return
      }
      case "Queries": {
        this.#take(message.queries)
        if (this.#early.length > 0 && this.#next === undefined) this.#soon()
        return
      }
      case "Close": {
        this.#ended = true
        clearTimeout(this.#timer)
        this.#follower?.close()
        this.#follower = undefined
      }
    }
  }

  #open(): void {
    try {
      this.#follower = this.#options.open()
      this.#progressed({ heads: [], changes: [] })
      this.#soon()
    } catch (cause) {
      this.#failed(cause)
    }
  }

  #soon(): void {
    if (this.#ended) return
    this.#next = "soon"
    setImmediate(() => this.#step())
  }

  #step(): void {
    this.#next = undefined
    if (this.#ended) return
    if (this.#follower === undefined) return this.#open()
    const before = this.#follower.position
    const startedAt = preciseNow()
    try {
      const { position, changes, more, traced } = this.#follower.step()
      this.#pauseMs = firstPauseMs
      if (position !== before || this.#troubled) this.#progressed(changes, traced, startedAt)
      if (more) this.#soon()
    } catch (cause) {
      this.#failed(cause)
    }
  }

  #progressed(
    changes: Extract<FromModel, { _tag: "Progress" }>["changes"],
    traceparents: ReadonlyArray<string> = [],
    startedAt = 0,
  ): void {
    this.#troubled = false
    const { position } = this.#follower!
    const applied =
      traceparents.length === 0 ? {} : { applied: { traceparents, startedAt, endedAt: preciseNow() } }
    this.#options.say({ _tag: "Progress", position, changes, ...applied })
    // After it: whoever gets an answer finds what it rests on announced.
    this.#take(this.#early.splice(0))
  }

  #failed(cause: unknown): void {
    if (isDamage(cause)) this.#discard()
    else if (!isTrouble(cause) && !(cause instanceof LogUnreachable)) {
      this.#ended = true
      this.#options.say({ _tag: "Stopped", reason: textOf(cause) })
      return this.#take(this.#early.splice(0))
    }
    this.#troubled = true
    this.#options.say({ _tag: "Trouble", reason: textOf(cause) })
    this.#next = "paused"
    this.#timer = setTimeout(() => this.#step(), this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }

  #discard(): void {
    this.#follower?.close()
    this.#follower = undefined
    this.#options.setAside()
  }

  /** Answers what can be answered by now. */
  #take(queries: ReadonlyArray<Query>): void {
    const replies: Array<QueryReply> = []
    for (const query of queries) {
      if (!this.#ended && this.#lacks(query)) this.#early.push(query)
      else replies.push(this.#answer(query))
    }
    if (replies.length > 0) this.#options.say({ _tag: "Replies", replies })
  }

  #lacks({ asOf }: Query): boolean {
    return asOf !== undefined && (this.#follower?.position ?? -1) < asOf
  }

  #answer(query: Query): QueryReply {
    const { id, method, args } = query
    if (this.#follower === undefined) return { id, failure: "the model is not open" }
    if (this.#lacks(query)) return { id, failure: "the model does not come that far" }
    try {
      return { id, result: this.#follower.query(method, args) }
    } catch (cause) {
      // The file is damaged where nothing is written, so no batch would notice.
      if (isDamage(cause) && this.#next === undefined) this.#failed(cause)
      return { id, failure: textOf(cause) }
    }
  }
}
