/**
 * The events that a group has given up on, until somebody has them handed over again.
 *
 * Always true: one that is handed over again stays parked until it is settled: a crash between loses nothing. Entries leave from the
 * front, so after a restart some that were settled may still be there, and may be handed over once more.
 */
import * as Effect from "effect/Effect"
import type { StoreUnavailable } from "../../errors.ts"
import type { EventStore, RecordedEvent } from "../../EventStore.ts"
import type { KeptGroups, ParkedEntry } from "./keptGroups.ts"

export class ParkedEvents {
  readonly #group: string
  readonly #kept: KeptGroups
  #first: number
  #end: number
  /** Handed over again and not settled yet. */
  readonly #replayed = new Set<number>()
  /** Settled, but something before them is not. */
  readonly #settled = new Set<number>()

  constructor(group: string, kept: KeptGroups, { first, end }: { first: number; end: number }) {
    this.#group = group
    this.#kept = kept
    this.#first = first
    this.#end = end
  }

  get count(): number {
    return this.#end - this.#first - this.#replayed.size - this.#settled.size
  }

  park({ stream, revision }: RecordedEvent, reason: string): Effect.Effect<void, StoreUnavailable> {
    return Effect.map(this.#kept.park(this.#group, { stream, revision, reason }), (entry) => {
      this.#end = Math.max(this.#end, entry + 1)
    })
  }

  /** At most `limit` of those that are not being handed over already, oldest first. What no reader sees any more is settled. */
  replay(
    store: EventStore["Service"],
    limit: number,
    room: Effect.Effect<void>,
    handOver: (event: RecordedEvent, entry: number) => void,
  ): Effect.Effect<void, StoreUnavailable> {
    return Effect.gen({ self: this }, function* () {
      const end = this.#end
      let left = limit
      for (let from = this.#first; from < end && left > 0;) {
        const page = yield* this.#kept.parked(this.#group, from)
        for (const parked of page) {
          from = parked.entry + 1
          if (from > end || left === 0) return
          if (!this.#stays(parked.entry)) continue
          yield* room
          // While it waited an earlier replay may have got there.
          if (!this.#stays(parked.entry)) continue
          left -= 1
          this.#replayed.add(parked.entry)
          const event = yield* Effect.onError(eventAt(store, parked), () =>
            Effect.sync(() => this.#replayed.delete(parked.entry)),
          )
          if (event === undefined) yield* this.settled(parked.entry)
          else handOver(event, parked.entry)
        }
        if (page.length === 0) return
      }
    })
  }

  /** Parked, and nobody is handing it over. */
  #stays(entry: number): boolean {
    return entry >= this.#first && !this.#replayed.has(entry) && !this.#settled.has(entry)
  }

  settled(entry: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#replayed.delete(entry)
      this.#settled.add(entry)
      const before = this.#first
      while (this.#settled.delete(this.#first)) this.#first += 1
      // If it fails, the next one that is settled says it again.
      return this.#first === before ? Effect.void : Effect.ignore(this.#kept.unpark(this.#group, this.#first))
    })
  }
}

const eventAt = (
  store: EventStore["Service"],
  { stream, revision }: ParkedEntry,
): Effect.Effect<RecordedEvent | undefined, StoreUnavailable> =>
  store.readStream(stream, { direction: "forward", from: revision, limit: 1 }).pipe(
    Effect.map(([event]) => (event?.revision === revision ? event : undefined)),
    Effect.catchTags({
      StreamNotFound: () => Effect.succeed(undefined),
      StreamDeleted: () => Effect.succeed(undefined),
    }),
  )
