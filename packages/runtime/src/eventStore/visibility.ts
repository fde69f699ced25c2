/**
 * What a stream's metadata hides, and what an expected revision means: the rules that every adapter of the event store shares.
 *
 * Always true: hiding changes reads of the stream alone. Nothing leaves the log, and a retry is recognised by hidden events too.
 */
import type { ExpectedRevision, StreamMetadata } from "../EventStore.ts"

/** A stream is soft-deleted while its `truncateBefore` is this. */
export const softDeleted = Number.MAX_SAFE_INTEGER

/** `last`: the revision of the last event ever written, -1 for none. */
export interface StreamState {
  readonly last: number
  readonly metadata: StreamMetadata
  readonly tombstoned: boolean
}

export const isSoftDeleted = (metadata: StreamMetadata): boolean => metadata.truncateBefore === softDeleted

/** Whether the stream is one that a reader finds: written, and neither soft-deleted nor tombstoned. */
export const exists = (stream: StreamState): boolean =>
  stream.last >= 0 && !stream.tombstoned && !isSoftDeleted(stream.metadata)

/** The lowest revision that a reader of the stream sees; `createdSince` hides more. */
export const firstVisible = (metadata: StreamMetadata, last: number): number =>
  Math.max(
    metadata.truncateBefore ?? 0,
    metadata.maxCount === undefined ? 0 : last - metadata.maxCount + 1,
    0,
  )

/** Events created before this are hidden from readers of the stream. Milliseconds. */
export const createdSince = (metadata: StreamMetadata, now: number): number =>
  metadata.maxAgeSeconds === undefined ? 0 : now - metadata.maxAgeSeconds * 1_000

/** As a number: `"no_stream"` is -1. */
export const expectedNumber = (expected: ExpectedRevision): number =>
  expected === "no_stream" ? -1 : expected

/** Whether a write at `expected` (a number, -1 for none) may go on after `stream.last`. */
export const fits = (expected: number, stream: StreamState): boolean =>
  expected === stream.last || (expected === -1 && isSoftDeleted(stream.metadata))

/** The revision that a loser is told: what it would have had to expect. */
export const actualRevision = (stream: StreamState): number =>
  isSoftDeleted(stream.metadata) ? -1 : stream.last

/** What a soft-deleted stream's metadata becomes when it is written again: the old events stay hidden. */
export const revived = (last: number): StreamMetadata => ({ truncateBefore: last + 1 })
