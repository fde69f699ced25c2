/**
 * The event store on EventStoreDB, or on anything that speaks its protocol, by the official client.
 *
 * Always true: an append succeeds when the leader says that it is durable. What the client forgets is done here: time limits, subscriptions
 * that come back, errors that say only what the port says. Key index and marks are kept beside the store, by the `LogIndex`: complete up to a known
 * position, waited for by every look-up.
 * Not for: copies (`backup` fails): they are the server's own.
 *
 *   append ─ turns of its stream ─ keys free? (KnownKeys) ─ send ─► EventStoreDB ─► live $all ─► CommitSignal ─► followers read pages
 *                                      ▲                                                              │
 *                                   LogIndex ◄──────────── LogIndexFollower ◄────────────────────────┘
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { conversationLines } from "../conversation/linesOf.ts"
import type { StoreRefused, StoreUnavailable } from "../errors.ts"
import { EventStore, type Position } from "../EventStore.ts"
import { LogIndex } from "../LogIndex.ts"
import { type Following, followWithIndex } from "../logIndex/LogIndexFollower.ts"
import type { LogLines } from "../logIndex/LogLines.ts"
import { patiently, untilBack } from "../patience.ts"
import { CommitSignal } from "./CommitSignal.ts"
import { Announcements } from "./eventStoreDb/Announcements.ts"
import { connect } from "./eventStoreDb/connect.ts"
import { unavailable } from "./eventStoreDb/failures.ts"
import { KnownKeys } from "./eventStoreDb/KnownKeys.ts"
import { followLive } from "./eventStoreDb/liveLog.ts"
import { LiveTail } from "./LiveTail.ts"
import { openLog } from "./eventStoreDb/openLog.ts"
import { makeReads } from "./eventStoreDb/reads.ts"
import { headForAll } from "./eventStoreDb/headForAll.ts"
import { makeAppend, makeWrites } from "./eventStoreDb/writes.ts"
import { subscribeAll, subscribeStream } from "./subscriptions.ts"

export interface EventStoreDbOptions {
  /** `esdb://…` or `esdb+discover://…`, as `eventStoreDb/storeUrl.ts` says. */
  readonly url: Redacted.Redacted
  /** Put before the name of every stream, so that several logs can share a server. Default: nothing. */
  readonly prefix?: string
  /** How long any one call may take before it counts as unanswered. Default 5 seconds. */
  readonly patience?: Duration.Input
  /** How long the store may be away when this starts. Default 30 seconds. */
  readonly patienceAtStart?: Duration.Input
  /** How long a subscription goes on trying to read before it fails. Default 30 seconds. */
  readonly patienceOfSubscriptions?: Duration.Input
  /** Which lines of the log index events imply. Default: those of conversations. */
  readonly lines?: LogLines
  /**
   * `"events"`, the default: a live subscription, for who follows the log. `"head"`: it asks once a second how far the log has come; who
   * follows nothing need not be sent every event.
   */
  readonly hears?: "events" | "head"
  /** How this process keeps the log index. Default: `"steadily"`. */
  readonly indexes?: Following["applies"]
}

const lookEvery = "1 second"

const persistently = <A, E extends { readonly _tag: string }>(
  effect: Effect.Effect<A, E>,
  duration: Duration.Input,
): Effect.Effect<A, E> =>
  Effect.retry(effect, {
    while: (failure) => failure._tag === "StoreUnavailable",
    schedule: untilBack(duration),
  })

const make = Effect.fnUntraced(function* (
  options: EventStoreDbOptions,
): Effect.fn.Return<EventStore["Service"], StoreRefused | StoreUnavailable, LogIndex | Scope.Scope> {
  const connection = yield* connect(options)
  const { address, patience } = connection
  const [reads, writes] = [makeReads(connection), makeWrites(connection)]
  const headPosition = headForAll(reads.headPosition)
  yield* Effect.addFinalizer(() => writes.close)
  const now = yield* Clock.currentTimeMillis
  const { patienceAtStart = "30 seconds", patienceOfSubscriptions = "30 seconds" } = options
  const { lines = conversationLines, hears = "events", indexes = "steadily" } = options
  const patient = patiently(`the event store at ${address}`, patienceAtStart)
  const { epoch, first } = yield* patient(openLog({ reads, writes, address }, now))
  if (connection.names.prefix !== "") reads.beginsAt(first)
  const signal = new CommitSignal()
  const announcements = new Announcements(signal, yield* patient(reads.headPosition))

  const index = yield* LogIndex
  const watch = yield* signal.watchAll
  const tail = new LiveTail()
  const scan = (after: Position, limit: number, prefixes: ReadonlyArray<string>) =>
    Effect.suspend(() => {
      const page = tail.pageAfter(after, limit, prefixes)
      return page === undefined ? reads.pageAfter(after, limit, prefixes) : Effect.succeed(page)
    })
  const follower = yield* followWithIndex({ index, epoch, lines, scan, watch, patience, applies: indexes })
  const fork = yield* FiberSet.makeRuntime<never, void, never>()
  const headTold = Effect.map(headPosition, (position) => {
    if (announcements.caughtUp(position)) signal.everything()
  })
  if (hears === "head")
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.ignore(headTold), Effect.sleep(lookEvery))))
  else
    yield* followLive({
      ...connection,
      confirmed: () => {
        signal.everything()
        // When this fails, the next commit tells it.
        fork(Effect.ignore(headTold))
      },
      heard: (event) => {
        tail.heard(event)
        announcements.heard(event)
      },
      broken: () => tail.broken(),
    })

  /** Five who follow read the same events: what was heard is not fetched again, once it is known to be all. */
  const readAll: EventStore["Service"]["readAll"] = (wanted) => {
    const { direction, from, after, upTo, limit, prefixes = [] } = wanted
    if (direction === "backward" || from !== undefined || after === undefined || !tail.covers(after, after))
      return reads.readAll(wanted)
    return Effect.flatMap(upTo === undefined ? headPosition : Effect.succeed(upTo), (needed) => {
      const page = tail.covers(after, needed) ? tail.pageAfter(after, limit, prefixes) : undefined
      return page === undefined ? reads.readAll(wanted) : Effect.succeed(page.events)
    })
  }

  const known = new KnownKeys({ index, epoch, follower, head: reads.standing })
  const head: EventStore["Service"]["head"] = (stream) =>
    Effect.catchTag(reads.standing(stream), "StreamDeleted", () => Effect.succeed(undefined))
  /** The index holds every line of the stream as of now. */
  const indexed = (stream: string): Effect.Effect<boolean, StoreUnavailable> =>
    Effect.flatMap(head(stream), (standing) =>
      standing === undefined ? Effect.succeed(false) : Effect.as(follower.reached(standing.position), true),
    )
  const changed = <E>(stream: string, change: Effect.Effect<void, E>): Effect.Effect<void, E> =>
    Effect.onExit(change, () => Effect.sync(() => signal.changed(stream)))

  return {
    append: makeAppend({
      writes,
      address,
      announcements,
      check: known.check,
      appended: (wanted, appended) => known.appended(wanted, appended),
    }),
    readStream: reads.readStream,
    readAll,
    head,
    headPosition,
    lookupKeys: (stream, keys) =>
      Effect.flatMap(indexed(stream), (there) =>
        there ? index.lookupKeys(epoch, stream, keys) : Effect.succeed([]),
      ),
    lookupMarks: (stream, wanted) =>
      Effect.flatMap(indexed(stream), (there) =>
        there ? index.lookupMarks(epoch, stream, wanted) : Effect.succeed([]),
      ),
    subscribeStream: subscribeStream(signal, (stream, read) =>
      persistently(reads.readStream(stream, read), patienceOfSubscriptions),
    ),
    subscribeAll: subscribeAll(signal, ({ from, limit, prefixes }) =>
      persistently(scan(from - 1, limit, prefixes), patienceOfSubscriptions),
    ),
    getMetadata: writes.getMetadata,
    setMetadata: (stream, metadata) => changed(stream, writes.setMetadata(stream, metadata)),
    softDelete: (stream, expected) => changed(stream, writes.softDelete(stream, expected)),
    tombstone: (stream, expected) => changed(stream, writes.tombstone(stream, expected)),
    backup: () => Effect.fail(unavailable(address, "copies of it are made with its own tools")),
    epoch,
    onCommitted: signal.onCommitted,
  }
})

export const layer = (
  options: EventStoreDbOptions,
): Layer.Layer<EventStore, StoreRefused | StoreUnavailable, LogIndex> =>
  Layer.effect(EventStore, make(options))
