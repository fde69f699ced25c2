/**
 * One model and its follower, driven by messages: the same in a worker thread and, for tests, in the main one.
 *
 * Always true: a query is answered between two batches; after a failed batch the follower stops, and queries go on.
 */
import type { Follower } from "../Follower.ts"
import type { FromModel, Query, QueryReply, ToModel } from "./messages.ts"

export class ModelLoop {
  readonly #follower: Follower
  readonly #say: (message: FromModel) => void
  #scheduled = false
  #stopped = false

  constructor(follower: Follower, say: (message: FromModel) => void) {
    this.#follower = follower
    this.#say = say
    say({ _tag: "Progress", position: follower.position, changes: { heads: [], changes: [] } })
    this.#schedule()
  }

  receive(message: ToModel): void {
    switch (message._tag) {
      case "Committed":
        return this.#schedule()
      case "Queries":
        return this.#say({ _tag: "Replies", replies: message.queries.map((query) => this.#answer(query)) })
      case "Close": {
        this.#stopped = true
        this.#follower.close()
      }
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return
    this.#scheduled = true
    setImmediate(() => this.#step())
  }

  #step(): void {
    this.#scheduled = false
    if (this.#stopped) return
    const before = this.#follower.position
    try {
      const { position, changes, more } = this.#follower.step()
      if (position !== before) this.#say({ _tag: "Progress", position, changes })
      if (more) this.#schedule()
    } catch (cause) {
      this.#stopped = true
      this.#say({ _tag: "Stopped", reason: cause instanceof Error ? cause.message : String(cause) })
    }
  }

  #answer({ id, method, args }: Query): QueryReply {
    try {
      return { id, result: this.#follower.model.query(method, args) }
    } catch (cause) {
      return { id, failure: cause instanceof Error ? cause.message : String(cause) }
    }
  }
}
