/**
 * The in-memory twin of the log index: the whole contract, built again from the log whenever the process starts.
 *
 * Not for: many nodes, or a log that takes longer to read than a start may take.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { MemoryLines } from "../eventStore/MemoryLines.ts"
import type { Position } from "../EventStore.ts"
import { type IndexBatch, LogIndex } from "../LogIndex.ts"

class MemoryIndex {
  #epoch: string | undefined
  #position: Position = -1
  #streams = new Map<string, MemoryLines>()

  position(epoch: string): Position {
    return epoch === this.#epoch ? this.#position : -1
  }

  apply({ epoch, after, to, lines }: IndexBatch): boolean {
    if (to <= after) throw new Error("a batch of the log index goes forward")
    if (after !== this.position(epoch)) return false
    if (epoch !== this.#epoch) this.#streams = new Map()
    this.#epoch = epoch
    for (const { stream, keys, marks } of lines) {
      const standing = this.#streams.get(stream) ?? new MemoryLines()
      this.#streams.set(stream, standing)
      for (const key of keys) standing.setKey(key)
      for (const mark of marks) standing.setMark(mark)
    }
    this.#position = to
    return true
  }

  lines(epoch: string, stream: string): MemoryLines | undefined {
    return epoch === this.#epoch ? this.#streams.get(stream) : undefined
  }
}

export const layer: Layer.Layer<LogIndex> = Layer.effect(
  LogIndex,
  Effect.sync(() => {
    const index = new MemoryIndex()
    return {
      position: (epoch) => Effect.sync(() => index.position(epoch)),
      apply: (batch) => Effect.sync(() => index.apply(batch)),
      lookupKeys: (epoch, stream, keys) => Effect.sync(() => index.lines(epoch, stream)?.keys(keys) ?? []),
      lookupMarks: (epoch, stream, wanted) =>
        Effect.sync(() => index.lines(epoch, stream)?.marks(wanted) ?? []),
    }
  }),
)
