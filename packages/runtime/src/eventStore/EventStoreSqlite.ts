/**
 * The embedded event store: one SQLite file, a writer thread with group commit, a reader thread.
 *
 * Always true: an append succeeds after the fsync of its commit. The main thread never touches the file.
 * Not for: two processes on one file; the data directory's lock keeps them apart.
 */
import { closeSync, openSync } from "node:fs"
import { Worker } from "node:worker_threads"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import {
  KeysTaken,
  StoreRefused,
  StoreUnavailable,
  StreamDeleted,
  StreamNotFound,
  WrongExpectedRevision,
} from "../errors.ts"
import {
  type Append,
  type Appended,
  EventStore,
  type ExpectedRevision,
  type RecordedEvent,
} from "../EventStore.ts"
import { CommitSignal } from "./CommitSignal.ts"
import { appendBytes, tooLarge } from "./checkAppend.ts"
import { EventStoreStats } from "./EventStoreStats.ts"
import { LiveTail } from "./LiveTail.ts"
import type { ScanOptions } from "./SqliteLogReader.ts"
import { backupLog } from "./sqlite/backupLog.ts"
import type { CheckpointOptions } from "./sqlite/checkpointWorker.ts"
import { Heads } from "./sqlite/Heads.ts"
import { eventsOf, keysOf, type OtherAnswer, putAppend, write } from "./sqlite/messages.ts"
import { type ReaderThread, startReaderWorker, useReaderWorker } from "./sqlite/ReaderThread.ts"
import { openWriterThread, type WriterThread } from "./sqlite/WriterThread.ts"
import { type Scan, subscribeAll, subscribeStream } from "./subscriptions.ts"
import { expectedNumber } from "./visibility.ts"

export interface EventStoreOptions {
  /** The log; made when absent, mode 0600. Its directory must exist. */
  readonly file: string
  /** Default `"FULL"`. `"OFF"` acknowledges what a power cut forgets, and is refused unless `allowNotDurable` is set too. */
  readonly synchronous?: "FULL" | "OFF"
  /** Exists so that a test can show that the check for fsyncs bites. */
  readonly allowNotDurable?: boolean
  /** The size at which the disk counts as full, in pages of 4 KiB. */
  readonly maxPages?: number
}

/** Positions that the reader thread looks at before it answers somebody else. */
const scanSpan = 8_192

type WriteFailure = WrongExpectedRevision | StreamDeleted | KeysTaken | StoreUnavailable

const failureOf = (stream: string, answer: OtherAnswer): WriteFailure => {
  switch (answer[0]) {
    case "wrong":
      return new WrongExpectedRevision({ stream, actual: answer[1] })
    case "deleted":
      return new StreamDeleted({ stream })
    case "taken":
      return new KeysTaken({ taken: keysOf(answer[1]) })
    case "failed":
      return new StoreUnavailable({ reason: answer[1] })
    case "done":
    case "original":
      return new StoreUnavailable({ reason: `the writer answered ${answer[0]}` })
  }
}

interface Parts {
  readonly file: string
  readonly epoch: string
  readonly writer: WriterThread
  readonly reader: ReaderThread
  readonly signal: CommitSignal
  readonly heads: Heads
  readonly tail: LiveTail
  readonly clock: Clock.Clock
}

/** What everybody in this process knows of an append once it is durable. */
const noteAppended =
  ({ heads, tail }: Pick<Parts, "heads" | "tail">, { events, stream }: Append) =>
  (revision: number, position: number, created: number): void => {
    heads.committed(stream, { revision, position })
    if (stream.startsWith("$")) return
    let before = events.length
    for (const { id, type, data, metadata } of events) {
      before -= 1
      const place = { stream, revision: revision - before, position: position - before, created }
      tail.heard({ ...place, id, type, data, metadata })
    }
  }

const writes = (parts: Parts) => {
  const { writer, heads, signal } = parts
  const append: EventStore["Service"]["append"] = (wanted) =>
    Effect.callback<Appended, WriteFailure | NonNullable<ReturnType<typeof tooLarge>>>((resume) => {
      const refusal = tooLarge(wanted)
      if (refusal !== undefined) return resume(Effect.fail(refusal))
      const { stream } = wanted
      writer.ask(
        {
          stream,
          committed: noteAppended(parts, wanted),
          settled: (answer, revision, position) => {
            if (answer === undefined) resume(Effect.succeed({ revision, position }))
            else if (answer[0] === "original")
              resume(Effect.succeed({ revision: answer[1], position: answer[2] }))
            else resume(Effect.fail(failureOf(stream, answer)))
          },
        },
        appendBytes(wanted.events),
        (to) => putAppend(to, wanted),
      )
      return undefined
    })

  const appendNow: EventStore["Service"]["appendNow"] = (wanted, settled) => {
    if (tooLarge(wanted) !== undefined) return settled(undefined)
    const { stream } = wanted
    writer.ask(
      {
        stream,
        committed: noteAppended(parts, wanted),
        settled: (answer, revision, position) =>
          settled(answer === undefined ? { revision, position } : undefined),
      },
      appendBytes(wanted.events),
      (to) => putAppend(to, wanted),
    )
  }

  /** `value`: what the write says besides its kind and stream. */
  const change = (kind: number, stream: string, value: string | number): Effect.Effect<void, WriteFailure> =>
    Effect.callback((resume) => {
      const settled = (answer: OtherAnswer | undefined): void => {
        heads.changed(stream)
        signal.changed(stream)
        if (answer?.[0] === "done") resume(Effect.void)
        else resume(Effect.fail(failureOf(stream, answer!)))
      }
      writer.ask({ stream, settled }, 0, (to) => to.push(kind, stream, value))
    })

  const deletion = (kind: number) => (stream: string, expected: ExpectedRevision) =>
    Effect.catchTag(change(kind, stream, expectedNumber(expected)), "KeysTaken", Effect.die)

  const setMetadata: EventStore["Service"]["setMetadata"] = (stream, metadata) =>
    Effect.catchTags(change(write.metadata, stream, JSON.stringify(metadata)), {
      KeysTaken: Effect.die,
      WrongExpectedRevision: Effect.die,
    })

  return {
    append,
    appendNow,
    setMetadata,
    softDelete: deletion(write.softDelete),
    tombstone: deletion(write.tombstone),
  }
}

const reads = ({ reader, heads, tail, clock }: Parts) => {
  const readStream: EventStore["Service"]["readStream"] = (stream, read) =>
    Effect.flatMap(
      reader.ask("readStream", stream, read, clock.currentTimeMillisUnsafe()),
      (answer): Effect.Effect<ReadonlyArray<RecordedEvent>, StreamNotFound | StreamDeleted> => {
        if (answer === "not_found") return Effect.fail(new StreamNotFound({ stream }))
        if (answer === "deleted") return Effect.fail(new StreamDeleted({ stream }))
        return Effect.succeed(eventsOf(answer))
      },
    )

  const scan = (options: ScanOptions): Effect.Effect<Scan, StoreUnavailable> =>
    Effect.suspend(() => {
      const { direction, from, limit, prefixes = [] } = options
      const heard =
        direction === "forward" && typeof from === "number"
          ? tail.pageAfter(from - 1, limit, prefixes)
          : undefined
      if (heard !== undefined) return Effect.succeed(heard)
      return Effect.map(reader.ask("scan", { ...options, span: scanSpan }), ({ events, ...rest }) => ({
        events: eventsOf(events),
        ...rest,
      }))
    })

  const readAll: EventStore["Service"]["readAll"] = Effect.fnUntraced(function* ({ after, ...read }) {
    const found: Array<RecordedEvent> = []
    let from = after === undefined ? read.from : after + 1
    while (found.length < read.limit) {
      const { events, scanned, atEnd } = yield* scan({
        ...read,
        ...(from === undefined ? {} : { from }),
        limit: read.limit - found.length,
      })
      found.push(...events)
      if (atEnd) break
      from = read.direction === "forward" ? scanned + 1 : scanned - 1
    }
    return found
  })

  const head: EventStore["Service"]["head"] = (stream) =>
    Effect.suspend(() => {
      const known = heads.get(stream)
      if (known !== undefined) return Effect.succeed(known)
      const answered = heads.ask(stream)
      return Effect.onExit(reader.ask("head", stream), (exit) =>
        Effect.sync(() => answered(exit._tag === "Success" ? exit.value : undefined)),
      )
    })

  return { readStream, scan, readAll, head, headNow: (stream: string) => heads.get(stream) }
}

const storeOf = (parts: Parts): EventStore["Service"] => {
  const { file, epoch, writer, reader, signal } = parts
  const { readStream, scan, readAll, head, headNow } = reads(parts)
  return {
    ...writes(parts),
    readStream,
    readAll,
    head,
    headNow,
    headPosition: Effect.sync(() => writer.position),
    lookupKeys: (stream, keys) => reader.ask("lookupKeys", stream, keys),
    lookupMarks: (stream, wanted) => reader.ask("lookupMarks", stream, wanted),
    subscribeStream: subscribeStream(signal, readStream),
    subscribeAll: subscribeAll(signal, (options) => scan({ direction: "forward", ...options })),
    getMetadata: (stream) => reader.ask("metadata", stream),
    backup: (target) => backupLog(file, target),
    epoch,
    onCommitted: signal.onCommitted,
  }
}

/** Opens the log when it is called first; closed after every connection to it, with which it would take SQLite's locks away. */
const descriptorUntilAllIsClosed = (file: string): Effect.Effect<() => number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => ({ opened: undefined as number | undefined })),
    ({ opened }) => Effect.sync(() => (opened === undefined ? undefined : closeSync(opened))),
  ).pipe(Effect.map((held) => () => (held.opened ??= openSync(file, "r"))))

export const layer = (
  options: EventStoreOptions,
): Layer.Layer<EventStore | EventStoreStats, StoreRefused | StoreUnavailable> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { file, synchronous = "FULL", maxPages } = options
      if (synchronous === "OFF" && options.allowNotDurable !== true)
        return yield* new StoreRefused({ path: file, reason: "not_durable", detail: "synchronous is OFF" })
      // Both threads start at once: a thread takes longer to start than a log to open.
      const readerWorker = yield* startReaderWorker(file)
      const signal = new CommitSignal()
      const [heads, tail] = [new Heads(), new LiveTail()]
      const caughtUp = new Int32Array(new SharedArrayBuffer(4))
      const descriptor = yield* descriptorUntilAllIsClosed(file)
      const { writer, epoch } = yield* openWriterThread(
        { file, synchronous, caughtUp, ...(maxPages === undefined ? {} : { maxPages }) },
        {
          committed: (position, streams) => signal.committed(position, streams),
          lost: (reason) => signal.lose(reason),
        },
      )
      yield* Effect.acquireRelease(
        Effect.sync(
          () =>
            new Worker(new URL("./sqlite/checkpointWorker.ts", import.meta.url), {
              workerData: { file, descriptor: descriptor(), caughtUp } satisfies CheckpointOptions,
            }),
        ),
        (checkpointer) => Effect.promise(() => checkpointer.terminate()),
      )
      const reader = yield* useReaderWorker(readerWorker, (reason) => signal.lose(reason))
      const clock = yield* Clock.clockWith(Effect.succeed)
      const store = storeOf({ file, epoch, writer, reader, signal, heads, tail, clock })
      return Context.make(EventStore, store).pipe(Context.add(EventStoreStats, { read: writer.stats }))
    }),
  )
