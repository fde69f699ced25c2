/**
 * The embedded event store: one SQLite file, a writer thread with group commit and a reader thread.
 *
 * Always true: an append succeeds after the fsync of its commit. The main thread never touches the file.
 * Not for: two processes on one file; `DataDirectory` keeps them apart.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import {
  type Append,
  EventStore,
  type ExpectedRevision,
  type FromAll,
  type Head,
  type MessageKey,
  type RecordedEvent,
} from "../EventStore.ts"
import {
  AppendTooLarge,
  KeysTaken,
  type StoreRefused,
  StoreUnavailable,
  StreamDeleted,
  StreamNotFound,
  WrongExpectedRevision,
} from "../errors.ts"
import { appendBytes, maxAppendBytes } from "./appendRules.ts"
import { Commits, follow } from "./LogSubscriptions.ts"
import { EventStoreStats } from "./EventStoreStats.ts"
import type { LogFileOptions } from "./sqlite/logFile.ts"
import { keyFields, type WriterReply } from "./sqlite/messages.ts"
import { ReaderThread } from "./sqlite/ReaderThread.ts"
import { backupTimeoutMs, WriterThread } from "./sqlite/WriterThread.ts"

/** Heads kept in memory, so that a read's first question costs no hop to a thread. */
const maxHeads = 100_000

const flat = (expected: ExpectedRevision): number => (expected === "no_stream" ? -1 : expected)

const flatEvents = ({ events }: Append): ReadonlyArray<string> => {
  const parts: Array<string> = []
  for (const event of events) parts.push(event.id, event.type, event.data, event.metadata)
  return parts
}

const flatKeys = ({ keys = [] }: Append): ReadonlyArray<string | number> => {
  const parts: Array<string | number> = []
  for (const key of keys) parts.push(key.sender, key.clientMsgId, key.seq, key.messageId, key.mac, key.ts)
  return parts
}

const unflatKeys = (parts: ReadonlyArray<string | number>): ReadonlyArray<MessageKey> =>
  Array.from({ length: parts.length / keyFields }, (_, i) => {
    const [sender, clientMsgId, seq, messageId, mac, ts] = parts.slice(i * keyFields, (i + 1) * keyFields)
    return { sender, clientMsgId, seq, messageId, mac, ts } as MessageKey
  })

/** What a reply that is no success means for a stream. */
const refusalOf = (
  stream: string,
  reply: WriterReply,
): WrongExpectedRevision | StreamDeleted | KeysTaken | StoreUnavailable => {
  switch (reply[0]) {
    case "wrong":
      return new WrongExpectedRevision({ stream, actual: reply[2] })
    case "deleted":
      return new StreamDeleted({ stream })
    case "taken":
      return new KeysTaken({ taken: unflatKeys(reply[2]) })
    default:
      return new StoreUnavailable({ reason: `an unexpected reply: ${reply[0]}` })
  }
}

/** @param options.allowNotDurable must be set for `synchronous: "OFF"`, so that nobody has it by accident. */
export const layer = (options: {
  readonly file: string
  readonly synchronous?: "FULL" | "OFF"
  readonly allowNotDurable?: boolean
  readonly maxPages?: number
}): Layer.Layer<EventStore | EventStoreStats, StoreRefused> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const synchronous = options.synchronous === "OFF" && options.allowNotDurable === true ? "OFF" : "FULL"
      const fileOptions: LogFileOptions = {
        file: options.file,
        synchronous,
        ...(options.maxPages === undefined ? {} : { maxPages: options.maxPages }),
      }
      const commits = new Commits(-1)
      const { writer, epoch, position } = yield* Effect.acquireRelease(
        WriterThread.open(fileOptions, commits.advance),
        (opened) => opened.writer.close,
      )
      commits.advance(position)
      const reader = yield* Effect.acquireRelease(
        Effect.sync(() => new ReaderThread(options.file)),
        (opened) => Effect.ignore(opened.ask("close")),
      )
      return Context.make(EventStore, makeStore(writer, reader, commits, epoch)).pipe(
        Context.add(EventStoreStats, { read: writer.stats }),
      )
    }),
  )

const makeStore = (
  writer: WriterThread,
  reader: ReaderThread,
  commits: Commits,
  epoch: string,
): EventStore["Service"] => {
  const heads = new Map<string, Head>()
  const remember = (stream: string, head: Head): Head => {
    if (heads.size >= maxHeads) heads.clear()
    heads.set(stream, head)
    return head
  }

  const readStream: EventStore["Service"]["readStream"] = (stream, read) =>
    Effect.flatMap(reader.ask("readStream", stream, read), (result): ReturnType<typeof readStream> => {
      if (result === "not_found") return Effect.fail(new StreamNotFound({ stream }))
      if (result === "deleted") return Effect.fail(new StreamDeleted({ stream }))
      return Effect.succeed(result)
    })

  const deletes = (how: "soft" | "tombstone") => (stream: string, expected: ExpectedRevision) =>
    writer
      .request((id) => ["delete", id, stream, flat(expected), how])
      .pipe(
        Effect.flatMap((reply) => {
          heads.delete(stream)
          if (reply[0] === "done") return Effect.void
          const refusal = refusalOf(stream, reply)
          return refusal._tag === "KeysTaken" ? Effect.die(refusal) : Effect.fail(refusal)
        }),
      )

  return {
    append: (append) => {
      const bytes = appendBytes(append)
      if (bytes > maxAppendBytes) return Effect.fail(new AppendTooLarge({ bytes }))
      const { stream } = append
      return Effect.flatMap(
        writer.request((id) => [
          "append",
          id,
          stream,
          flat(append.expected),
          flatEvents(append),
          flatKeys(append),
        ]),
        (reply) => {
          if (reply[0] !== "appended") return Effect.fail(refusalOf(stream, reply))
          const appended = { revision: reply[2], position: reply[3] }
          // A retry's answer is an old one: it must not move the head back.
          if (appended.revision > (heads.get(stream)?.revision ?? -1)) remember(stream, appended)
          return Effect.succeed(appended)
        },
      )
    },
    readStream,
    readAll: (read) => reader.ask("readAll", read),
    head: (stream) =>
      Effect.suspend(() => {
        const known = heads.get(stream)
        if (known !== undefined) return Effect.succeed(known)
        return Effect.map(reader.ask("head", stream), (head) => {
          if (head === undefined) return undefined
          // An append may have been acknowledged while the reader looked.
          const newer = heads.get(stream)
          return newer !== undefined && newer.revision > head.revision ? newer : remember(stream, head)
        })
      }),
    headPosition: Effect.sync(() => commits.position),
    lookupKeys: (stream, keys) => reader.ask("lookupKeys", stream, keys),
    subscribeStream: (stream, after) =>
      follow(commits, after, (mark, limit) =>
        readStream(stream, { direction: "forward", from: mark + 1, limit }).pipe(
          Effect.catchTag("StreamNotFound", () => Effect.succeed([])),
          Effect.map((items: ReadonlyArray<RecordedEvent>) => ({
            items,
            next: items.at(-1)?.revision ?? mark,
          })),
        ),
      ),
    subscribeAll: ({ after, prefixes }) =>
      follow(commits, after, (mark, limit) =>
        Effect.map(
          reader.ask("readAll", { direction: "forward", from: mark + 1, limit, prefixes }),
          (items) => ({ items, next: items.at(-1)?.position ?? mark }),
        ),
      ).pipe(Stream.map((event): FromAll => ({ _tag: "Event", event }))),
    getMetadata: (stream) => reader.ask("metadata", stream),
    setMetadata: (stream, metadata) =>
      Effect.flatMap(
        writer.request((id) => ["metadata", id, stream, metadata]),
        (reply) => (reply[0] === "done" ? Effect.void : Effect.fail(new StreamDeleted({ stream }))),
      ),
    softDelete: deletes("soft"),
    tombstone: deletes("tombstone"),
    backup: (path) => Effect.asVoid(writer.request((id) => ["backup", id, path], backupTimeoutMs)),
    epoch,
    onCommitted: commits.onCommitted,
  }
}
