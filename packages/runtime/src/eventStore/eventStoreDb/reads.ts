/**
 * Reads of streams and of `$all`, a bounded page at a time, each page within its own time limit.
 *
 * Always true: they are the leader's, so a read holds every append acknowledged before it was asked for. The client filters no reads of
 * `$all`: what is not of this log is left out here.
 */
import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  type ResolvedEvent,
  START,
} from "@eventstore/db-client"
import * as Effect from "effect/Effect"
import { StoreUnavailable, StreamDeleted, StreamNotFound } from "../../errors.ts"
import type { Head, Position, ReadAll, ReadStream, RecordedEvent } from "../../EventStore.ts"
import type { Scan } from "../subscriptions.ts"
import { failureOf, unavailable } from "./failures.ts"
import { numberOf, ownEventOf, placeOf, recordedOf, type StreamNames } from "./storedEvents.ts"

const pageSize = 512

interface Connection {
  readonly client: EventStoreDBClient
  /** For people. */
  readonly address: string
  readonly names: StreamNames
  /** How long an answer may take, in milliseconds. */
  readonly patience: number
}

interface Readable<Event> {
  on(name: "data", heard: (event: Event) => void): unknown
  on(name: "end", heard: () => void): unknown
  on(name: "error", heard: (error: Error) => void): unknown
  cancel(): Promise<void>
  destroy(): unknown
}

/** Everything that one read yields. Interrupted, it is cancelled at the server too: the client would let it run for ever. */
const drained = <Event>(read: () => Readable<Event>): Effect.Effect<ReadonlyArray<Event>, unknown> =>
  Effect.callback((resume) => {
    const events: Array<Event> = []
    const stream = read()
    stream.on("data", (event) => events.push(event))
    stream.on("end", () => resume(Effect.succeed(events)))
    // Stays, whatever comes after the end: an error that nobody listens to ends the process.
    stream.on("error", (error) => resume(Effect.fail(error)))
    return Effect.sync(() => {
      stream.cancel().catch(() => undefined)
      stream.destroy()
    })
  })

/** `position`: of every event that stands there, whether it is of this log or not. */
interface Entry {
  readonly position: Position
  readonly event: RecordedEvent | undefined
}

const matches = (event: RecordedEvent, prefixes: ReadonlyArray<string>): boolean =>
  prefixes.length === 0 || prefixes.some((prefix) => event.stream.startsWith(prefix))

export type Reads = ReturnType<typeof makeReads>

export const makeReads = ({ client, address, names, patience }: Connection) => {
  let logsFirst: Position | "start" = "start"

  const within = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
    Effect.timeoutOrElse(call, {
      duration: patience,
      orElse: () => Effect.fail(unavailable(address, `no answer to a read in ${patience} ms`)),
    })

  const streamPage = (
    stream: string,
    direction: "forward" | "backward",
    from: number | "end",
    maxCount: number,
  ): Effect.Effect<ReadonlyArray<ResolvedEvent>, StreamNotFound | StreamDeleted | StoreUnavailable> =>
    within(
      drained<ResolvedEvent>(() =>
        client.readStream(names.inStore(stream), {
          direction: direction === "forward" ? FORWARDS : BACKWARDS,
          fromRevision: from === "end" ? END : BigInt(from),
          maxCount,
          requiresLeader: true,
        }),
      ),
    ).pipe(
      Effect.mapError((cause) => {
        if (cause instanceof StoreUnavailable) return cause
        const failure = failureOf({ address, stream, bytes: 0 }, cause)
        return failure instanceof StreamNotFound ||
          failure instanceof StreamDeleted ||
          failure instanceof StoreUnavailable
          ? failure
          : unavailable(address, failure._tag)
      }),
    )

  const allPage = (
    direction: "forward" | "backward",
    from: Position | "start" | "end",
    maxCount: number,
  ): Effect.Effect<ReadonlyArray<Entry>, StoreUnavailable> =>
    within(
      drained<AllStreamResolvedEvent>(() =>
        client.readAll({
          direction: direction === "forward" ? FORWARDS : BACKWARDS,
          fromPosition: from === "end" ? END : from === "start" ? START : placeOf(from),
          maxCount,
          requiresLeader: true,
        }),
      ),
    ).pipe(
      Effect.mapError((cause) => {
        if (cause instanceof StoreUnavailable) return cause
        const failure = failureOf({ address, stream: "$all", bytes: 0 }, cause)
        return failure instanceof StoreUnavailable ? failure : unavailable(address, failure._tag)
      }),
      Effect.map((events) => events.map(entryOf)),
    )

  const entryOf = (resolved: AllStreamResolvedEvent): Entry => ({
    position: numberOf(resolved.event?.position.commit ?? resolved.commitPosition!),
    event: ownEventOf(names, resolved),
  })

  const readStream = Effect.fnUntraced(function* (stream: string, { direction, from, limit }: ReadStream) {
    const found: Array<RecordedEvent> = []
    let next = from ?? (direction === "forward" ? 0 : "end")
    while (found.length < limit) {
      const count = Math.min(limit - found.length, pageSize)
      const page = yield* streamPage(stream, direction, next, count)
      for (const resolved of page) found.push(recordedOf(stream, resolved))
      if (page.length < count) break
      const last = found.at(-1)!.revision
      if (direction === "backward" && last === 0) break
      next = direction === "forward" ? last + 1 : last - 1
    }
    return found
  })

  /** The page after `after` (exclusive), forward. At most `limit` events of `prefixes`; looks at no more than a page. */
  const pageAfter = Effect.fnUntraced(function* (
    after: Position,
    limit: number,
    prefixes: ReadonlyArray<string>,
  ) {
    // A place in the log is no number to add to: the page begins with the event at `after`, which is left out.
    const count = Math.min(prefixes.length === 0 ? limit : pageSize, pageSize) + 1
    const page = yield* allPage("forward", after < 0 ? logsFirst : after, count)
    const beyond = page.filter((entry) => entry.position > after)
    const events: Array<RecordedEvent> = []
    let scanned = after
    for (const { position, event } of beyond) {
      if (event !== undefined && matches(event, prefixes)) {
        if (events.length === limit) return { events, scanned, atEnd: false }
        events.push(event)
      }
      scanned = position
    }
    return { events, scanned, atEnd: page.length < count }
  })

  const forward = Effect.fnUntraced(function* (
    after: Position,
    limit: number,
    prefixes: ReadonlyArray<string>,
  ) {
    const found: Array<RecordedEvent> = []
    let seen = after
    while (found.length < limit) {
      const { events, scanned, atEnd }: Scan = yield* pageAfter(seen, limit - found.length, prefixes)
      found.push(...events)
      if (atEnd) break
      seen = scanned
    }
    return found
  })

  /** The events before `before` (exclusive), backward. */
  const backward = Effect.fnUntraced(function* (
    before: Position | "end",
    limit: number,
    prefixes: ReadonlyArray<string>,
    pages = pageSize,
  ) {
    const found: Array<RecordedEvent> = []
    let seen = before
    for (let count = pages; found.length < limit; count = Math.min(count * 16, pageSize)) {
      const page: ReadonlyArray<Entry> = yield* allPage("backward", seen, count + 1)
      const beyond = seen === "end" ? page : page.filter((entry) => entry.position < Number(seen))
      for (const { event } of beyond)
        if (event !== undefined && matches(event, prefixes) && found.length < limit) found.push(event)
      if (page.length < count + 1) break
      seen = beyond.at(-1)!.position
    }
    return found
  })

  /** The event at this very place. */
  const at = (position: Position): Effect.Effect<RecordedEvent | undefined, StoreUnavailable> =>
    Effect.map(allPage("forward", position, 1), ([entry]) =>
      entry?.position === position ? entry.event : undefined,
    )

  const readAll = Effect.fnUntraced(function* ({ direction, from, after, limit, prefixes = [] }: ReadAll) {
    if (direction === "forward") {
      if (typeof from !== "number") return yield* forward(after ?? -1, limit, prefixes)
      const beyond = yield* forward(from, limit, prefixes)
      // Afterwards: it may be committed meanwhile, and if anything beyond it stood, it stands by now.
      const first = yield* at(from)
      const standing = first !== undefined && matches(first, prefixes) ? [first] : []
      return [...standing, ...beyond].slice(0, limit)
    }
    if (typeof from !== "number") return yield* backward("end", limit, prefixes, Math.min(limit, pageSize))
    const last = yield* at(from)
    const standing = last !== undefined && matches(last, prefixes) ? [last] : []
    return [...standing, ...(yield* backward(from, limit - standing.length, prefixes))]
  })

  /** The last event's place; fails when the stream bears a tombstone. */
  const standing = (stream: string): Effect.Effect<Head | undefined, StreamDeleted | StoreUnavailable> =>
    Effect.map(streamPage(stream, "backward", "end", 1), ([last]) => {
      if (last === undefined) return undefined
      const { revision, position } = recordedOf(stream, last)
      return { revision, position }
    }).pipe(Effect.catchTag("StreamNotFound", () => Effect.succeed(undefined)))

  /** Nearly always the last one: what is not of this log comes seldom. */
  const headPosition = Effect.map(backward("end", 1, [], 1), ([last]) => last?.position ?? -1)

  /** Nothing of this log stands before this place, so no read from the start looks there. */
  const beginsAt = (position: Position): void => {
    logsFirst = position
  }

  return { readStream, pageAfter, readAll, standing, headPosition, beginsAt }
}
