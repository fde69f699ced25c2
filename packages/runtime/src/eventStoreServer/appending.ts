/**
 * Appends as EventStoreDB means them, on a port that knows exact revisions only.
 *
 * Always true: a retry at an exact revision or `no_stream` gets the original's answer, for ever (the port's promise). `any` and
 * `stream_exists` are for foreign clients: they append at the revision found, try again when somebody was faster, and recognise a retry
 * only by a small memory of this process, as EventStoreDB does.
 */
import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { StreamDeleted } from "../errors.ts"
import { AppendTooLarge, type KeysTaken, StoreUnavailable, WrongExpectedRevision } from "../errors.ts"
import type { Appended, EventStore, NewEvent } from "../EventStore.ts"
import { maxAppendBytes } from "../eventStore/checkAppend.ts"
import { GenerationCache } from "../GenerationCache.ts"
import type { Expected } from "./failures.ts"
import { type ForeignEvent, keptEvent } from "./foreignEvents.ts"

export interface ForeignAppend {
  readonly stream: string
  readonly expected: Expected
  readonly events: ReadonlyArray<ForeignEvent>
}

export type AppendFailure = WrongExpectedRevision | StreamDeleted | AppendTooLarge | StoreUnavailable
export type Appending = (append: ForeignAppend) => Effect.Effect<Appended, AppendFailure>

/** Writers that overtake an append `any` so often in a row are told to come back. */
const maxOvertaken = 50
const rememberedAppends = 10_000

/** Data, metadata and ids as the client sent them. */
export const foreignBytes = ({ id, data, metadata }: ForeignEvent): number =>
  id.length + data.length + metadata.length

/** The revision that `any` or `stream_exists` stands for now; `exact` is not asked. */
export const revisionNow = (
  store: EventStore["Service"],
  stream: string,
  expected: "any" | "stream_exists",
): Effect.Effect<number | "no_stream", WrongExpectedRevision | StreamDeleted | StoreUnavailable> =>
  Effect.gen(function* () {
    const head = yield* store.head(stream)
    if (head !== undefined) return head.revision
    if (expected === "any") return "no_stream"
    // A tombstone says so; anything else is no stream.
    yield* Effect.catchTag(
      store.readStream(stream, { direction: "backward", limit: 1 }),
      "StreamNotFound",
      () => Effect.succeed([]),
    )
    return yield* new WrongExpectedRevision({ stream, actual: -1 })
  })

/** Carries out a write at what `expected` stands for; again while others are faster, when it is no exact revision. */
export const atExpected = <A, E>(
  store: EventStore["Service"],
  stream: string,
  expected: Expected,
  write: (exact: number | "no_stream") => Effect.Effect<A, E | WrongExpectedRevision>,
): Effect.Effect<A, E | WrongExpectedRevision | StreamDeleted | StoreUnavailable> => {
  if (expected !== "any" && expected !== "stream_exists") return write(expected)
  const attempt = (
    left: number,
  ): Effect.Effect<A, E | WrongExpectedRevision | StreamDeleted | StoreUnavailable> =>
    Effect.flatMap(revisionNow(store, stream, expected), (exact) =>
      Effect.catchIf(
        write(exact),
        (failure): failure is WrongExpectedRevision & E => failure instanceof WrongExpectedRevision,
        () =>
          left > 0
            ? attempt(left - 1)
            : Effect.fail(new StoreUnavailable({ reason: "other writers of the stream were faster" })),
      ),
    )
  return attempt(maxOvertaken)
}

export const makeAppending = (store: EventStore["Service"]): Appending => {
  const remembered = new GenerationCache<Appended>(rememberedAppends)

  /** Nothing to write is answered like a write: does the stream end where it was said to? */
  const nothing = ({ stream, expected }: ForeignAppend): Effect.Effect<Appended, AppendFailure> =>
    Effect.gen(function* () {
      const revision = (yield* store.head(stream))?.revision ?? -1
      const fits =
        expected === "any" ||
        (expected === "stream_exists"
          ? revision >= 0
          : revision === (expected === "no_stream" ? -1 : expected))
      if (!fits) return yield* new WrongExpectedRevision({ stream, actual: revision })
      return { revision, position: yield* store.headPosition }
    })

  const write = (
    stream: string,
    expected: Expected,
    events: ReadonlyArray<NewEvent>,
  ): Effect.Effect<Appended, AppendFailure> =>
    atExpected(store, stream, expected, (exact) =>
      Effect.catchTag(store.append({ stream, expected: exact, events }), "KeysTaken", (taken: KeysTaken) =>
        Effect.die(taken),
      ),
    )

  return (append) => {
    const { stream, expected, events } = append
    if (events.length === 0) return nothing(append)
    let bytes = 0
    for (const event of events) bytes += foreignBytes(event)
    if (bytes > maxAppendBytes) return Effect.fail(new AppendTooLarge({ bytes }))
    const kept = events.map(keptEvent)
    if (typeof expected === "number" || expected === "no_stream") return write(stream, expected, kept)
    const key = hash("sha256", `${stream}\n${events.map(({ id }) => id).join()}`, "base64")
    const original = remembered.get(key)
    if (original !== undefined) return Effect.succeed(original)
    return Effect.tap(write(stream, expected, kept), (appended) =>
      Effect.sync(() => remembered.set(key, appended)),
    )
  }
}
