/** The rules of an append that every adapter shares. */
import type { Append, ExpectedRevision, StreamMetadata } from "../EventStore.ts"

/** What EventStoreDB takes in one append; it binds the embedded store too. */
export const maxAppendBytes = 1_048_576

/** UTF-8 bytes of an append: data, metadata, types and ids. Cheap for what is far below the limit. */
export const appendBytes = ({ events }: Append): number => {
  let units = 0
  for (const event of events) units += event.data.length + event.metadata.length + event.type.length + 32
  if (units * 3 <= maxAppendBytes) return units
  let bytes = 0
  for (const event of events)
    bytes += Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata) + event.type.length + 32
  return bytes
}

/** What is known of a stream when an append comes in. `last` is -1 when nothing was ever written. */
export interface StreamState {
  readonly last: number
  readonly softDeleted: boolean
  /** The first revision of the stream's present life: after the latest soft delete, else 0. */
  readonly start: number
}

export const fits = ({ last, softDeleted }: StreamState, expected: ExpectedRevision): boolean =>
  expected === "no_stream" ? last < 0 || softDeleted : expected === last && last >= 0

/** Where the events of a retry would stand, if this append is one. */
export const retryFrom = (stream: StreamState, expected: ExpectedRevision): number =>
  expected === "no_stream" ? stream.start : expected + 1

/** The first revision that reads may show. */
export const firstVisible = (stream: StreamState, metadata: StreamMetadata): number => {
  const byCount = metadata.maxCount === undefined ? 0 : stream.last + 1 - metadata.maxCount
  const byDelete = stream.softDeleted ? stream.last + 1 : stream.start
  return Math.max(byCount, byDelete, metadata.truncateBefore ?? 0)
}

export const isSystemStream = (stream: string): boolean => stream.startsWith("$")

/** The stream that names the log's epoch, and its one event type. */
export const logStream = "parley-log"
export const logOpened = "LogOpened"
