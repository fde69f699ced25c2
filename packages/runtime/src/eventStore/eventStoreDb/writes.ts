/**
 * Appends, metadata and deletions.
 *
 * Always true: an append is answered when the store says that it is durable; whatever else happened to it, its outcome counts as unknown.
 * Appends to one stream are sent one after another.
 */
import { NO_STREAM } from "@eventstore/db-client"
import * as Effect from "effect/Effect"
import {
  type AppendTooLarge,
  type KeysTaken,
  StoreUnavailable,
  StreamDeleted,
  WrongExpectedRevision,
} from "../../errors.ts"
import type { Append, Appended, EventStore, ExpectedRevision, StreamMetadata } from "../../EventStore.ts"
import { appendBytes, tooLarge } from "../checkAppend.ts"
import { softDeleted } from "../visibility.ts"
import type { Announcements } from "./Announcements.ts"
import { AppendStream } from "./AppendStream.ts"
import { revisionOf } from "./batchMessages.ts"
import { failureOf, type StoreFailure, unavailable } from "./failures.ts"
import type { ParleyClient } from "./oneClient.ts"
import type { StreamNames } from "./storedEvents.ts"
import { Turns } from "./Turns.ts"

interface Connection {
  readonly client: ParleyClient
  /** For people. */
  readonly address: string
  readonly names: StreamNames
  /** How long an answer may take, in milliseconds. */
  readonly patience: number
}

/** Whose events may never be hidden: a retry, a reader of history and the key index rest on all of them. */
const neverHidden = "conversation-"

export type Writes = ReturnType<typeof makeWrites>

export const makeWrites = ({ client, address, names, patience }: Connection) => {
  const bounded = <A>(
    stream: string,
    bytes: number,
    call: Effect.Effect<A, unknown>,
  ): Effect.Effect<A, StoreFailure> =>
    call.pipe(
      Effect.mapError((cause) => failureOf({ address, stream, bytes }, cause)),
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(unavailable(address, `no answer to a write in ${patience} ms`)),
      }),
    )

  /** `NotLeader` did nothing, and the client has learned who leads. */
  const asked = <A>(stream: string, ask: () => Promise<A>): Effect.Effect<A, StoreFailure> => {
    const once = Effect.tryPromise({ try: ask, catch: (cause) => cause })
    const twice = once.pipe(
      Effect.catch((cause) =>
        (cause as { readonly type?: unknown } | null)?.type === "not-leader" ? once : Effect.fail(cause),
      ),
    )
    return bounded(stream, 0, twice)
  }

  const appends = new AppendStream(() => client.openAppends())

  const send = (wanted: Append): Effect.Effect<Appended, StoreFailure> =>
    bounded(wanted.stream, appendBytes(wanted.events), appends.send(names.inStore(wanted.stream), wanted))

  const deletion =
    (method: "deleteStream" | "tombstoneStream") =>
    (stream: string, expected: ExpectedRevision): Effect.Effect<void, DeleteFailure> =>
      asked(stream, () =>
        client[method](names.inStore(stream), {
          expectedRevision: expected === "no_stream" ? NO_STREAM : BigInt(revisionOf(expected)),
          deadline: patience,
          requiresLeader: true,
        }),
      ).pipe(Effect.asVoid, Effect.mapError(deleteFailureOf))

  type DeleteFailure = WrongExpectedRevision | StreamDeleted | StoreUnavailable

  const deleteFailureOf = (failure: StoreFailure): DeleteFailure =>
    failure instanceof WrongExpectedRevision ||
    failure instanceof StreamDeleted ||
    failure instanceof StoreUnavailable
      ? failure
      : unavailable(address, failure._tag)

  const setMetadata = (
    stream: string,
    { maxCount, maxAgeSeconds, truncateBefore }: StreamMetadata,
  ): Effect.Effect<void, StreamDeleted | StoreUnavailable> => {
    const metadata = {
      ...(maxCount === undefined ? {} : { maxCount }),
      ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
      ...(truncateBefore === undefined ? {} : { truncateBefore }),
    }
    if (stream.startsWith(neverHidden) && Object.keys(metadata).length > 0)
      return Effect.die(new Error("events of a conversation are never hidden by metadata"))
    return asked(stream, () =>
      client.setStreamMetadata(names.inStore(stream), metadata, { deadline: patience, requiresLeader: true }),
    ).pipe(
      Effect.asVoid,
      Effect.mapError((failure) =>
        failure instanceof StreamDeleted || failure instanceof StoreUnavailable
          ? failure
          : unavailable(address, failure._tag),
      ),
    )
  }

  const getMetadata = (stream: string): Effect.Effect<StreamMetadata, StoreUnavailable> =>
    asked(stream, () => client.getStreamMetadata(names.inStore(stream), { requiresLeader: true })).pipe(
      Effect.mapError((failure) =>
        failure instanceof StoreUnavailable ? failure : unavailable(address, failure._tag),
      ),
      Effect.map(({ metadata = {} }) => ({
        ...(metadata.maxCount === undefined ? {} : { maxCount: metadata.maxCount }),
        ...(metadata.maxAge === undefined ? {} : { maxAgeSeconds: metadata.maxAge }),
        // A soft-deleted stream's is 2^63 − 1.
        ...(typeof metadata.truncateBefore === "number"
          ? { truncateBefore: Math.min(metadata.truncateBefore, softDeleted) }
          : {}),
      })),
    )

  return {
    send,
    close: appends.close,
    setMetadata,
    getMetadata,
    softDelete: deletion("deleteStream"),
    tombstone: deletion("tombstoneStream"),
  }
}

interface Appending {
  readonly writes: Writes
  readonly address: string
  readonly announcements: Announcements
  /** Succeeds when no key of the append is taken. */
  readonly check: (
    wanted: Append,
  ) => Effect.Effect<void, KeysTaken | WrongExpectedRevision | StreamDeleted | StoreUnavailable>
  readonly appended: (wanted: Append, appended: Appended) => void
}

type AppendFailure = WrongExpectedRevision | StreamDeleted | KeysTaken | AppendTooLarge | StoreUnavailable

/** `EventStore.append`, from the parts. */
export const makeAppend = (appending: Appending): EventStore["Service"]["append"] => {
  const turns = new Turns()
  const { writes, address, announcements, check, appended } = appending
  const sent = (wanted: Append): Effect.Effect<Appended, AppendFailure> =>
    Effect.suspend(() => {
      const settled = announcements.began(
        wanted.stream,
        wanted.events.map(({ id }) => id),
      )
      return writes.send(wanted).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (exit._tag === "Success") appended(wanted, exit.value)
            settled(exit._tag === "Success" ? exit.value.position : undefined)
          }),
        ),
        Effect.catchTag("StreamNotFound", ({ _tag }) => Effect.fail(unavailable(address, _tag))),
      )
    })
  return (wanted) =>
    Effect.suspend((): Effect.Effect<Appended, AppendFailure> => {
      const refusal = tooLarge(wanted)
      if (refusal !== undefined) return Effect.fail(refusal)
      return turns.inTurn(wanted.stream, Effect.andThen(check(wanted), sent(wanted)))
    })
}
