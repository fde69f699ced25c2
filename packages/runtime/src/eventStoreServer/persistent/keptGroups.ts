/**
 * What is kept of persistent subscriptions, in system streams of the same log, so that it is as durable as the events and goes into the
 * same backup: the list of groups, how far each has come, and what was parked.
 *
 * Always true: a checkpoint stands before the first event that is not settled; after a restart everything behind it is handed over again.
 * A parked event is durable before it counts as settled, and leaves only when it was handed over again and settled.
 */
import * as Effect from "effect/Effect"
import type { StreamDeleted, WrongExpectedRevision } from "../../errors.ts"
import { StoreUnavailable } from "../../errors.ts"
import type { EventStore, RecordedEvent } from "../../EventStore.ts"
import { eventId } from "../../freshIds.ts"
import { atExpected } from "../appending.ts"
import type { Definition } from "./definition.ts"

const groupsStream = "$persistent-subscriptions"
const checkpointsOf = (id: string): string => `$persistent-checkpoints-${id}`
const parkedOf = (id: string): string => `$persistent-parked-${id}`

/** Where a parked event stands. */
export interface Parked {
  readonly stream: string
  readonly revision: number
  readonly reason: string
}

export interface ParkedEntry extends Parked {
  /** In the list of parked events. */
  readonly entry: number
}

const pageSize = 256

/** Streams of this module's own: nobody else writes or deletes them, but a client that means harm. */
const own = (failure: WrongExpectedRevision | StreamDeleted): Effect.Effect<never, StoreUnavailable> =>
  Effect.fail(
    new StoreUnavailable({ reason: `the state of persistent subscriptions was changed: ${failure.stream}` }),
  )

export class KeptGroups {
  readonly #store: EventStore["Service"]

  constructor(store: EventStore["Service"]) {
    this.#store = store
  }

  readonly load: Effect.Effect<ReadonlyArray<Definition>, StoreUnavailable> = Effect.suspend(() =>
    Effect.map(this.#latest(groupsStream), (event) =>
      event === undefined ? [] : (JSON.parse(event.data) as ReadonlyArray<Definition>),
    ),
  )

  save(groups: ReadonlyArray<Definition>): Effect.Effect<void, StoreUnavailable> {
    return Effect.asVoid(this.#append(groupsStream, "Groups", groups))
  }

  /** Everything after it is to be handed over; `undefined`: none was ever written. */
  checkpoint(id: string): Effect.Effect<number | undefined, StoreUnavailable> {
    return Effect.map(this.#latest(checkpointsOf(id)), (event) =>
      event === undefined ? undefined : (JSON.parse(event.data) as { after: number }).after,
    )
  }

  saveCheckpoint(id: string, after: number): Effect.Effect<void, StoreUnavailable> {
    return Effect.asVoid(this.#append(checkpointsOf(id), "Checkpoint", { after }))
  }

  /** Returns its entry. */
  park(id: string, parked: Parked): Effect.Effect<number, StoreUnavailable> {
    return this.#append(parkedOf(id), "Parked", parked)
  }

  /** In order, from an entry on. */
  parked(id: string, from: number): Effect.Effect<ReadonlyArray<ParkedEntry>, StoreUnavailable> {
    return this.#store.readStream(parkedOf(id), { direction: "forward", from, limit: pageSize }).pipe(
      Effect.catchTag("StreamNotFound", () => Effect.succeed([])),
      Effect.catchTag("StreamDeleted", own),
      Effect.map((events) =>
        events.map(({ revision, data }) => ({ ...(JSON.parse(data) as Parked), entry: revision })),
      ),
    )
  }

  /** Entries before this one are settled. */
  unpark(id: string, before: number): Effect.Effect<void, StoreUnavailable> {
    return Effect.catchTag(
      this.#store.setMetadata(parkedOf(id), { truncateBefore: before }),
      "StreamDeleted",
      own,
    )
  }

  /** The first entry that is parked, and the one after the last. */
  parkedRange(id: string): Effect.Effect<{ first: number; end: number }, StoreUnavailable> {
    return Effect.gen({ self: this }, function* () {
      const end = ((yield* this.#store.head(parkedOf(id)))?.revision ?? -1) + 1
      const { truncateBefore = 0 } = yield* this.#store.getMetadata(parkedOf(id))
      return { first: Math.min(truncateBefore, end), end }
    })
  }

  #latest(stream: string): Effect.Effect<RecordedEvent | undefined, StoreUnavailable> {
    return this.#store.readStream(stream, { direction: "backward", limit: 1 }).pipe(
      Effect.catchTag("StreamNotFound", () => Effect.succeed([])),
      Effect.catchTag("StreamDeleted", own),
      Effect.map(([event]) => event),
    )
  }

  #append(stream: string, type: string, data: unknown): Effect.Effect<number, StoreUnavailable> {
    const event = { id: eventId(), type, data: JSON.stringify(data), metadata: "" }
    return atExpected(this.#store, stream, "any", (expected) =>
      Effect.catchTags(this.#store.append({ stream, expected, events: [event] }), {
        KeysTaken: Effect.die,
        AppendTooLarge: () =>
          Effect.fail(new StoreUnavailable({ reason: "there are too many persistent subscriptions" })),
      }),
    ).pipe(
      Effect.map(({ revision }) => revision),
      Effect.catchTags({ StreamDeleted: own, WrongExpectedRevision: own }),
    )
  }
}
