/**
 * The in-memory twin of the event store: the whole contract, kept until the process ends. A commit is one assignment, so "durable"
 * means here what it can.
 *
 * Not for: anything that must outlive the process.
 */
import { writeFileSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { StoreUnavailable } from "../errors.ts"
import { EventStore, type ReadAll, type RecordedEvent } from "../EventStore.ts"
import { CommitSignal } from "./CommitSignal.ts"
import { tooLarge } from "./checkAppend.ts"
import { logOpened, logStream } from "./logOpened.ts"
import { MemoryLog } from "./MemoryLog.ts"
import { type ScanAll, subscribeAll, subscribeStream } from "./subscriptions.ts"

/** What the log throws is the port's own, whatever TypeScript knows of it; anything else is a defect. */
const attempt = <A, E extends { readonly _tag: string }>(operation: () => A): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(operation())
    } catch (thrown) {
      return typeof thrown === "object" && thrown !== null && "_tag" in thrown
        ? Effect.fail(thrown as E)
        : Effect.die(thrown)
    }
  })

const within = (prefixes: ReadonlyArray<string>) => (event: RecordedEvent) =>
  !event.stream.startsWith("$") &&
  (prefixes.length === 0 || prefixes.some((prefix) => event.stream.startsWith(prefix)))

const make = (now: number, clock: Clock.Clock): EventStore["Service"] => {
  const log = new MemoryLog()
  const signal = new CommitSignal()
  const opened = logOpened(now)
  log.append({ stream: logStream, expected: "no_stream", events: [opened] }, now)

  const append: EventStore["Service"]["append"] = (wanted) =>
    attempt(() => {
      const refusal = tooLarge(wanted)
      if (refusal !== undefined) throw refusal
      const before = log.all.length
      const appended = log.append(wanted, clock.currentTimeMillisUnsafe())
      if (log.all.length > before) signal.committed(appended.position, [wanted.stream])
      return appended
    })

  const readAll = ({
    direction,
    from: at,
    after,
    limit,
    prefixes = [],
  }: ReadAll): ReadonlyArray<RecordedEvent> => {
    const from = after === undefined ? at : after + 1
    const events = log.all.filter(within(prefixes))
    if (direction === "forward")
      return events.filter((event) => typeof from !== "number" || event.position >= from).slice(0, limit)
    return events
      .filter((event) => typeof from !== "number" || event.position <= from)
      .toReversed()
      .slice(0, limit)
  }

  const scanAll: ScanAll = (options) =>
    Effect.sync(() => {
      const events = readAll({ direction: "forward", ...options })
      const atEnd = events.length < options.limit
      return { events, atEnd, scanned: atEnd ? log.all.length - 1 : events.at(-1)!.position }
    })

  const readStream: EventStore["Service"]["readStream"] = (stream, read) =>
    attempt(() => log.read(stream, read, clock.currentTimeMillisUnsafe()))

  const change = <E extends { readonly _tag: string }>(
    stream: string,
    operation: () => void,
  ): Effect.Effect<void, E> =>
    attempt(() => {
      operation()
      signal.changed(stream)
    })

  return {
    append,
    readStream,
    readAll: (read) => Effect.sync(() => readAll(read)),
    head: (stream) => Effect.sync(() => log.head(stream)),
    headPosition: Effect.sync(() => log.all.length - 1),
    lookupKeys: (stream, keys) => Effect.sync(() => log.lookupKeys(stream, keys)),
    lookupMarks: (stream, wanted) => Effect.sync(() => log.lookupMarks(stream, wanted)),
    subscribeStream: subscribeStream(signal, readStream),
    subscribeAll: subscribeAll(signal, scanAll),
    getMetadata: (stream) => Effect.sync(() => log.metadata(stream)),
    setMetadata: (stream, metadata) => change(stream, () => log.setMetadata(stream, metadata)),
    softDelete: (stream, expected) => change(stream, () => log.softDelete(stream, expected)),
    tombstone: (stream, expected) => change(stream, () => log.tombstone(stream, expected)),
    backup: (path) =>
      Effect.try({
        try: () => writeFileSync(path, JSON.stringify(log.all), { flag: "wx", mode: 0o600 }),
        catch: (cause) => new StoreUnavailable({ reason: `the backup failed: ${String(cause)}` }),
      }),
    epoch: opened.id,
    onCommitted: signal.onCommitted,
  }
}

export const layer: Layer.Layer<EventStore> = Layer.effect(
  EventStore,
  Clock.clockWith((clock) => Effect.sync(() => make(clock.currentTimeMillisUnsafe(), clock))),
)
