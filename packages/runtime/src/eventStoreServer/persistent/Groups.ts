/**
 * All persistent subscriptions of the server.
 *
 * Always true: a group is durable before its making, changing or deleting is answered, and is there again after a restart. One that was
 * changed or deleted drops its subscribers. When the server stops, every group writes how far it has come.
 */
import * as grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type * as Scope from "effect/Scope"
import type { StoreUnavailable } from "../../errors.ts"
import type { EventStore } from "../../EventStore.ts"
import { eventId } from "../../freshIds.ts"
import type { Fork } from "../calls.ts"
import { eventFilterOf } from "../eventFilter.ts"
import { CallRefused, parsed, unavailable } from "../failures.ts"
import type { Definition, Source, Wanted } from "./definition.ts"
import { Group } from "./Group.ts"
import { KeptGroups } from "./keptGroups.ts"
import { doesNotExist, dropped, exists } from "./refusals.ts"
import { beginning } from "./source.ts"

interface Named {
  readonly source: Source
  readonly group: string
}

const maxGroups = 500
const tooMany = new CallRefused({
  code: grpc.status.RESOURCE_EXHAUSTED,
  details: `there are ${maxGroups} persistent subscriptions`,
})
const stopping = new CallRefused({ code: grpc.status.UNAVAILABLE, details: "the server is stopping" })

const keyOf = ({ source, group }: Named): string => `${source}\n${group}`

export class Groups {
  readonly #store: EventStore["Service"]
  readonly #kept: KeptGroups
  readonly #fork: Fork
  readonly #groups: Map<string, Group>
  /** Changes of the list. */
  readonly #oneByOne = Semaphore.makeUnsafe(1)

  private constructor(
    store: EventStore["Service"],
    kept: KeptGroups,
    fork: Fork,
    groups: ReadonlyArray<Group>,
  ) {
    this.#store = store
    this.#kept = kept
    this.#fork = fork
    this.#groups = new Map(groups.map((group) => [keyOf(group.definition), group]))
  }

  static readonly open = (
    store: EventStore["Service"],
    fork: Fork,
  ): Effect.Effect<Groups, StoreUnavailable, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.gen(function* () {
        const kept = new KeptGroups(store)
        const groups: Array<Group> = []
        for (const definition of yield* kept.load) groups.push(yield* awake(store, kept, fork, definition))
        return new Groups(store, kept, fork, groups)
      }),
      (groups) =>
        Effect.forEach(groups.all, (group) => Effect.ignore(group.stop(stopping)), { discard: true }),
    )

  get all(): ReadonlyArray<Group> {
    return [...this.#groups.values()]
  }

  find(named: Named): Effect.Effect<Group, CallRefused> {
    const group = this.#groups.get(keyOf(named))
    return group === undefined ? Effect.fail(doesNotExist(named)) : Effect.succeed(group)
  }

  create(wanted: Wanted): Effect.Effect<void, CallRefused> {
    return this.#change(
      Effect.gen({ self: this }, function* () {
        if (this.#groups.has(keyOf(wanted))) return yield* exists(wanted)
        if (this.#groups.size >= maxGroups) return yield* tooMany
        yield* parsed(() => eventFilterOf(wanted.filter))
        yield* this.#put({ ...wanted, id: eventId(), after: yield* beginning(this.#store, wanted) })
      }),
    )
  }

  /** What has been settled stays settled; another start holds only if nothing has been yet. */
  update(wanted: Wanted): Effect.Effect<void, CallRefused> {
    return this.#change(
      Effect.gen({ self: this }, function* () {
        const before = yield* this.find(wanted)
        yield* before.stop(dropped(wanted))
        const after = yield* beginning(this.#store, wanted)
        const { settings, startFrom } = wanted
        yield* this.#put({ ...before.definition, settings, startFrom, after })
      }),
    )
  }

  delete(named: Named): Effect.Effect<void, CallRefused> {
    return this.#change(
      Effect.gen({ self: this }, function* () {
        const group = yield* this.find(named)
        yield* this.#kept.save(this.#definitions.filter(({ id }) => id !== group.definition.id))
        this.#groups.delete(keyOf(named))
        yield* group.stop(dropped(named))
      }),
    )
  }

  /** Every group from what is kept of it. */
  readonly restart: Effect.Effect<void, CallRefused> = Effect.suspend(() =>
    this.#change(
      Effect.gen({ self: this }, function* () {
        for (const group of this.all) {
          yield* group.stop(dropped(group.definition))
          const again = yield* awake(this.#store, this.#kept, this.#fork, group.definition)
          this.#groups.set(keyOf(group.definition), again)
        }
      }),
    ),
  )

  get #definitions(): ReadonlyArray<Definition> {
    return this.all.map(({ definition }) => definition)
  }

  #put(definition: Definition): Effect.Effect<void, StoreUnavailable> {
    return Effect.gen({ self: this }, function* () {
      const others = this.#definitions.filter(({ id }) => id !== definition.id)
      yield* this.#kept.save([...others, definition])
      this.#groups.set(keyOf(definition), yield* awake(this.#store, this.#kept, this.#fork, definition))
    })
  }

  #change(change: Effect.Effect<void, CallRefused | StoreUnavailable>): Effect.Effect<void, CallRefused> {
    return this.#oneByOne
      .withPermit(change)
      .pipe(Effect.catchTag("StoreUnavailable", (failure) => Effect.fail(unavailable(failure))))
  }
}

/** A group as of what is kept of it. */
const awake = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  kept: KeptGroups,
  fork: Fork,
  definition: Definition,
): Effect.fn.Return<Group, StoreUnavailable> {
  const checkpoint = yield* kept.checkpoint(definition.id)
  const parked = yield* kept.parkedRange(definition.id)
  return new Group({ definition, store, kept, fork, checkpoint, parked })
})
