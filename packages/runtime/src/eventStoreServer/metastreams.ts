/**
 * Streams `$$name`, in which clients of EventStoreDB keep the metadata of the stream `name`: here one event each, made of what the store
 * keeps about the stream.
 *
 * Always true: what is written to `$$name` holds for `name` at once, and `$$name` shows what holds, whoever set it: a deletion too.
 * Not for: history. As in EventStoreDB a metastream shows its latest event only; its revision counts the settings since the stream was
 * last deleted or written again after that. Metastreams are not in `$all`.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import {
  type StoreUnavailable,
  type StreamDeleted,
  StreamNotFound,
  WrongExpectedRevision,
} from "../errors.ts"
import type { Appended, EventStore, Position, StreamMetadata } from "../EventStore.ts"
import { softDeleted } from "../eventStore/visibility.ts"
import type { ForeignAppend } from "./appending.ts"
import { type CallRefused, type Expected, invalid, parsed } from "./failures.ts"
import type { ForeignEvent } from "./foreignEvents.ts"

/** The stream's metadata with what the port has no field for. Both adapters keep what they are given. */
interface KeptMetadata extends StreamMetadata {
  readonly served?: {
    readonly revision: number
    readonly id: string
    readonly position: Position
    readonly created: number
    /** `$acl`, `$cacheControl` and what clients set for themselves. */
    readonly other: Readonly<Record<string, unknown>>
  }
}

/** A metastream's one event, with its place. */
export interface MetadataEvent extends ForeignEvent {
  readonly revision: number
  readonly position: Position
  readonly created: number
}

export interface Metastreams {
  readonly append: (
    append: ForeignAppend,
  ) => Effect.Effect<Appended, CallRefused | WrongExpectedRevision | StreamDeleted | StoreUnavailable>
  readonly read: (
    metastream: string,
  ) => Effect.Effect<MetadataEvent, StreamNotFound | StreamDeleted | StoreUnavailable>
}

export const metadataType = "$metadata"
export const isMetastream = (stream: string): boolean => stream.startsWith("$$")
const described = (metastream: string): string => metastream.slice(2)

/** As EventStoreDB writes it: the largest signed 64-bit number, which JSON's reader here cannot hold. */
const softDeletedJson = "9223372036854775807"

const count = (value: unknown, name: string): number => {
  if (typeof value !== "number" || !(value >= 0)) throw invalid(`${name} is a whole number from 0 on`)
  return Math.min(Math.trunc(value), softDeleted)
}

const objectOf = (data: Uint8Array): Readonly<Record<string, unknown>> => {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(data).toString("utf8") || "{}")
  } catch {
    throw invalid("a stream's metadata is JSON")
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid("a stream's metadata is a JSON object")
  return value as Record<string, unknown>
}

/** Throws `CallRefused`. */
const metadataOf = (data: Uint8Array): { hides: StreamMetadata; other: Record<string, unknown> } => {
  const { $maxCount, $maxAge, $tb, ...other } = objectOf(data)
  return {
    hides: {
      ...($maxCount === undefined ? {} : { maxCount: count($maxCount, "$maxCount") }),
      ...($maxAge === undefined ? {} : { maxAgeSeconds: count($maxAge, "$maxAge") }),
      ...($tb === undefined ? {} : { truncateBefore: count($tb, "$tb") }),
    },
    other,
  }
}

const jsonOf = ({ maxCount, maxAgeSeconds, truncateBefore, served }: KeptMetadata): string => {
  const entries = Object.entries(served?.other ?? {}).map(([key, value]) => [key, JSON.stringify(value)])
  if (maxCount !== undefined) entries.push(["$maxCount", String(maxCount)])
  if (maxAgeSeconds !== undefined) entries.push(["$maxAge", String(maxAgeSeconds)])
  if (truncateBefore !== undefined)
    entries.push(["$tb", truncateBefore === softDeleted ? softDeletedJson : String(truncateBefore)])
  return `{${entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join()}}`
}

const revisionOf = (kept: KeptMetadata): number =>
  Object.keys(kept).length === 0 ? -1 : (kept.served?.revision ?? 0)

const fits = (expected: Expected, revision: number): boolean => {
  if (expected === "any") return true
  if (expected === "stream_exists") return revision >= 0
  return revision === (expected === "no_stream" ? -1 : expected)
}

const noId = "0".repeat(32)

export const makeMetastreams = (store: EventStore["Service"]): Metastreams => {
  const oneByOne = Semaphore.makeUnsafe(1)

  const append = Effect.fnUntraced(function* ({ stream, expected, events }: ForeignAppend) {
    const [event, ...more] = events
    if (event === undefined || more.length > 0 || event.type !== metadataType)
      return yield* invalid(`${stream} takes one event of type ${metadataType} at a time`)
    if (isMetastream(described(stream))) return yield* invalid("a metastream has no metadata of its own")
    const { hides, other } = yield* parsed(() => metadataOf(event.data))
    const kept: KeptMetadata = yield* store.getMetadata(described(stream))
    if (kept.served?.id === event.id)
      return { revision: kept.served.revision, position: kept.served.position }
    const actual = revisionOf(kept)
    if (!fits(expected, actual)) return yield* new WrongExpectedRevision({ stream, actual })
    const [revision, position] = [actual + 1, yield* store.headPosition]
    const served = { revision, id: event.id, position, created: Date.now(), other }
    const wanted: KeptMetadata = { ...hides, served }
    yield* store.setMetadata(described(stream), wanted)
    return { revision, position }
  })

  const read = Effect.fnUntraced(function* (metastream: string) {
    const stream = described(metastream)
    const kept: KeptMetadata = yield* store.getMetadata(stream)
    // A tombstone takes the metastream along; that there is no stream yet says nothing.
    yield* Effect.catchTag(
      store.readStream(stream, { direction: "backward", limit: 1 }),
      "StreamNotFound",
      () => Effect.succeed([]),
    )
    const revision = revisionOf(kept)
    if (revision < 0) return yield* new StreamNotFound({ stream: metastream })
    return {
      id: kept.served?.id ?? noId,
      type: metadataType,
      json: true,
      data: Buffer.from(jsonOf(kept)),
      metadata: new Uint8Array(),
      revision,
      position: kept.served?.position ?? 0,
      created: kept.served?.created ?? 0,
    }
  })

  return { append: (wanted) => oneByOne.withPermit(append(wanted)), read }
}
