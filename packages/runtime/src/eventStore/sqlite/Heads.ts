/**
 * The heads of streams as this process knows them, so that most questions for a head cost no hop to a thread.
 *
 * Always true: a head told holds every append acknowledged before the question. Every write goes through this process, so a head
 * once known stays right until the next commit, which is told here before anybody hears of it.
 */
import type { Head } from "../../EventStore.ts"
import { GenerationCache } from "../../GenerationCache.ts"

/** About 200 bytes each, at most twice as many. */
const knownHeads = 50_000

export class Heads {
  readonly #known = new GenerationCache<Head>(knownHeads)
  /** Streams that the reader is being asked for, with how many times they changed since the first still open question. */
  readonly #asked = new Map<string, { open: number; changes: number }>()

  get(stream: string): Head | undefined {
    return this.#known.get(stream)
  }

  committed(stream: string, head: Head): void {
    this.#touch(stream)
    this.#known.set(stream, head)
  }

  /** Deleted, or its metadata changed: the reader knows. */
  changed(stream: string): void {
    this.#touch(stream)
    this.#known.delete(stream)
  }

  /** Before the reader is asked. Returns what to call with its answer, which is kept unless something happened meanwhile. */
  ask(stream: string): (head: Head | undefined) => void {
    const question = this.#asked.get(stream) ?? { open: 0, changes: 0 }
    this.#asked.set(stream, question)
    question.open += 1
    const asOf = question.changes
    return (head) => {
      question.open -= 1
      if (question.open === 0) this.#asked.delete(stream)
      if (head !== undefined && question.changes === asOf) this.#known.set(stream, head)
    }
  }

  #touch(stream: string): void {
    if (this.#asked.size === 0) return
    const question = this.#asked.get(stream)
    if (question !== undefined) question.changes += 1
  }
}
