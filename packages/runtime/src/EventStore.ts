/**
 * The event store port: streams of events, appended at an expected revision, and the log of all of them in commit order.
 * Its contract is EventStoreDB's (see `docs/protocol.md` for the wire, `packages/testkit` for the contract suite every adapter passes).
 *
 * Always true: an append is atomic, contiguous, and durable before it succeeds; what a reader sees is durable.
 * Not for: queries. Whoever wants to look something up builds a projection.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type {
  AppendTooLarge,
  StoreUnavailable,
  StreamDeleted,
  StreamNotFound,
  KeysTaken,
  WrongExpectedRevision,
} from "./errors.ts"

/** A position in the log of all streams: rising, not dense, compared but never computed with. `-1` is before the first event. */
export type Position = number

/** `"no_stream"`: never written or soft-deleted. A number: the revision of the stream's last event. `any` does not exist here, on purpose. */
export type ExpectedRevision = "no_stream" | number

/** An event to append. `id` is 32 lower-case hex digits, random, minted once per decided event. `data` and `metadata` are JSON texts. */
export interface NewEvent {
  readonly id: string
  readonly type: string
  readonly data: string
  readonly metadata: string
}

/** An event as it stands. `created` is the store's own clock in milliseconds: never a source of order. */
export interface RecordedEvent extends NewEvent {
  readonly stream: string
  readonly revision: number
  readonly position: Position
  readonly created: number
}

/**
 * One line of the key index: the message that (conversation, sender, `client_msg_id`) names, and the MAC of its body.
 * Written in the append's own transaction. The stream of the append is the conversation.
 */
export interface MessageKey {
  readonly sender: string
  readonly clientMsgId: string
  readonly seq: number
  readonly messageId: string
  readonly mac: string
  /** The message's `ts` in milliseconds, which its ack repeats. */
  readonly ts: number
}

/**
 * One line of the marks: what later events say about the event at `seq` of the same stream, under a key of the writer's choosing (1 to 512
 * bytes). Written in the append's own transaction, in the order given; a later line takes the place of an earlier one.
 */
export interface EventMark {
  readonly seq: number
  readonly key: string
  /** `null` takes the line away. */
  readonly value: string | null
}

/** The lines of one event to look for. A key that ends with a slash stands for every key that begins with it. */
export interface MarksWanted {
  readonly seq: number
  readonly keys: ReadonlyArray<string>
}

/** A line that stands. */
export interface StandingMark extends EventMark {
  readonly value: string
}

export interface Append {
  readonly stream: string
  readonly expected: ExpectedRevision
  readonly events: ReadonlyArray<NewEvent>
  /** Keys that this append's messages take. If one is taken already, nothing is written: `KeysTaken` with the lines that stand. */
  readonly keys?: ReadonlyArray<MessageKey>
  /** The caller knows every key of the stream up to `expected`, and none of `keys` is among them: a store need not look for them. */
  readonly keysAreNew?: boolean
  /** Lines that this append's events write. Those of a retry are not written again. */
  readonly marks?: ReadonlyArray<EventMark>
}

/** Where the last event of the append stands. A retry whose ids all match what stands at expected + 1 … gets the original's answer. */
export interface Appended {
  readonly revision: number
  readonly position: Position
}

export interface ReadStream {
  readonly direction: "forward" | "backward"
  /** Inclusive. `"end"` (backward only) is the last event. Default: the stream's start, or its end when backward. */
  readonly from?: number | "end"
  readonly limit: number
}

export interface ReadAll {
  readonly direction: "forward" | "backward"
  /** Inclusive in both directions. Default: the log's start, or its end when backward. */
  readonly from?: Position | "end"
  /** Instead of `from`, forward only: exclusive, for whoever goes on after an event or a checkpoint. `-1`: the log's start. */
  readonly after?: Position
  /** Forward: the caller knows that the log reaches this far, and does without what stands beyond it. */
  readonly upTo?: Position
  readonly limit: number
  /** Only streams whose name starts with one of these. */
  readonly prefixes?: ReadonlyArray<string>
}

/** What a stream hides: events beyond `maxCount`, older than `maxAgeSeconds`, below revision `truncateBefore`. */
export interface StreamMetadata {
  readonly maxCount?: number
  readonly maxAgeSeconds?: number
  readonly truncateBefore?: number
}

export interface Head {
  readonly revision: number
  readonly position: Position
}

/** A subscription yields events after a position (exclusive), each once and in order, and a checkpoint now and then where a filter skips. */
export type FromAll =
  | { readonly _tag: "Event"; readonly event: RecordedEvent }
  | { readonly _tag: "Checkpoint"; readonly position: Position }

export class EventStore extends Context.Service<
  EventStore,
  {
    /**
     * Appends atomically; succeeds when durable. At most 1 MiB (data, metadata and ids together), else `AppendTooLarge`.
     * `StoreUnavailable`: the outcome is unknown; retry with the same ids and revision.
     */
    readonly append: (
      append: Append,
    ) => Effect.Effect<
      Appended,
      WrongExpectedRevision | StreamDeleted | KeysTaken | AppendTooLarge | StoreUnavailable
    >
    /**
     * As `append`, without a fiber, where a store can do that; for the hot path. `settled` is called once: when durable, or with
     * `undefined` when it did not plainly succeed: `append` with the same events then says why.
     */
    readonly appendNow?: (append: Append, settled: (appended: Appended | undefined) => void) => void
    /** At most `limit` events, fewer only at the stream's end. A stream that never was, or is soft-deleted: `StreamNotFound`. */
    readonly readStream: (
      stream: string,
      read: ReadStream,
    ) => Effect.Effect<ReadonlyArray<RecordedEvent>, StreamNotFound | StreamDeleted | StoreUnavailable>
    /** The log in commit order, tombstones and system streams (`$…`) left out. */
    readonly readAll: (read: ReadAll) => Effect.Effect<ReadonlyArray<RecordedEvent>, StoreUnavailable>
    /** The last event's place, from the store's leader: holds every append acknowledged before the call. `undefined`: no such stream. */
    readonly head: (stream: string) => Effect.Effect<Head | undefined, StoreUnavailable>
    /** The same at once, for the hot path, where a store has it in memory; `undefined`: ask `head`. */
    readonly headNow?: (stream: string) => Head | undefined
    /** The log's last position, `-1` when empty: holds every append acknowledged before the call. */
    readonly headPosition: Effect.Effect<Position, StoreUnavailable>
    /** The lines of the key index that stand for these (sender, `client_msg_id`) of one conversation's stream; absent ones are left out. */
    readonly lookupKeys: (
      stream: string,
      keys: ReadonlyArray<{ readonly sender: string; readonly clientMsgId: string }>,
    ) => Effect.Effect<ReadonlyArray<MessageKey>, StoreUnavailable>
    /** The lines of the marks that stand for these, by (seq, key), each once; absent ones are left out. Also of a stream that is hidden. */
    readonly lookupMarks: (
      stream: string,
      wanted: ReadonlyArray<MarksWanted>,
    ) => Effect.Effect<ReadonlyArray<StandingMark>, StoreUnavailable>
    /** Events after `after` (exclusive; `-1`: from the start), then live. Fails once the store is lost: resubscribe from the last revision. */
    readonly subscribeStream: (
      stream: string,
      after: number,
    ) => Stream.Stream<RecordedEvent, StreamDeleted | StoreUnavailable>
    /** As `subscribeStream`, over all streams with one of the prefixes (empty: all). */
    readonly subscribeAll: (options: {
      readonly after: Position
      readonly prefixes: ReadonlyArray<string>
    }) => Stream.Stream<FromAll, StoreUnavailable>
    readonly getMetadata: (stream: string) => Effect.Effect<StreamMetadata, StoreUnavailable>
    readonly setMetadata: (
      stream: string,
      metadata: StreamMetadata,
    ) => Effect.Effect<void, StreamDeleted | StoreUnavailable>
    /** Hides all events of the stream; it may be written again with `"no_stream"` and goes on at the next revision. */
    readonly softDelete: (
      stream: string,
      expected: ExpectedRevision,
    ) => Effect.Effect<void, WrongExpectedRevision | StreamDeleted | StoreUnavailable>
    /** Final: the name can never be written again. */
    readonly tombstone: (
      stream: string,
      expected: ExpectedRevision,
    ) => Effect.Effect<void, WrongExpectedRevision | StreamDeleted | StoreUnavailable>
    /** A consistent copy, taken while appends go on. The target must not exist. */
    readonly backup: (path: string) => Effect.Effect<void, StoreUnavailable>
    /**
     * Names this log's history, text: the id of the latest `LogOpened` event of stream `parley-log`. A restored log gets a new one.
     * Positions, cursors, checkpoints and snapshots of another epoch are worthless.
     */
    readonly epoch: string
    /** Calls back, synchronously and at most once per commit, with the log's new last position. For followers in this process. */
    readonly onCommitted: (callback: (position: Position) => void) => Effect.Effect<void, never, Scope.Scope>
  }
>()("@parley/runtime/EventStore") {}
