/**
 * How far a group has come: what was read, what of it is not settled yet, and the checkpoint that follows from both.
 *
 * Always true: the checkpoint stands before the first message that is not settled. One is written at a time; one that cannot be written
 * is written with the next that is due.
 */
import * as Effect from "effect/Effect"
import type { StoreUnavailable } from "../../errors.ts"
import type { Definition } from "./definition.ts"
import type { KeptGroups } from "./keptGroups.ts"

interface Unsettled {
  /** Up to here everything is settled while this is the first that is not. */
  readonly before: number
}

export class Progress<Message extends Unsettled> {
  readonly #definition: Definition
  readonly #kept: KeptGroups
  /** In the order in which they were read. */
  readonly #unsettled = new Set<Message>()
  #read: number
  #checkpoint: number | undefined
  #settledSince = 0
  #savedAt = performance.now()
  #saving = false

  constructor(definition: Definition, kept: KeptGroups, checkpoint: number | undefined) {
    this.#definition = definition
    this.#kept = kept
    this.#checkpoint = checkpoint
    this.#read = checkpoint ?? definition.after
  }

  get read(): number {
    return this.#read
  }

  get checkpoint(): number | undefined {
    return this.#checkpoint
  }

  get unsettled(): number {
    return this.#unsettled.size
  }

  /** Returns up to where it had been read before. */
  readUpTo(place: number): number {
    const before = this.#read
    this.#read = place
    return before
  }

  began(message: Message): void {
    this.#unsettled.add(message)
  }

  settled(message: Message): void {
    this.#unsettled.delete(message)
    this.#settledSince += 1
  }

  /** Forgets what was read beyond the first that is not settled: it will be read again. */
  startOver(): void {
    this.#read = this.#settledUpTo
    this.#unsettled.clear()
  }

  get isDue(): boolean {
    const { checkpointAfterMs, minCheckpointCount, maxCheckpointCount } = this.#definition.settings
    if (this.#settledSince >= maxCheckpointCount) return true
    return this.#settledSince >= minCheckpointCount && performance.now() - this.#savedAt >= checkpointAfterMs
  }

  get #settledUpTo(): number {
    const [first] = this.#unsettled
    return first?.before ?? this.#read
  }

  /** Writes the checkpoint, if it has moved. */
  readonly save: Effect.Effect<void, StoreUnavailable> = Effect.suspend(() => {
    const after = this.#settledUpTo
    if (this.#saving || after === (this.#checkpoint ?? this.#definition.after)) return Effect.void
    this.#saving = true
    this.#settledSince = 0
    this.#savedAt = performance.now()
    return this.#kept.saveCheckpoint(this.#definition.id, after).pipe(
      Effect.tap(() => Effect.sync(() => (this.#checkpoint = after))),
      Effect.ensuring(Effect.sync(() => (this.#saving = false))),
    )
  })
}
