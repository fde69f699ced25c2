/**
 * An event as the store keeps it: a stable type name, the data as JSON text, and metadata as JSON text that starts with the
 * data's version.
 *
 * Always true: names and versions here are a storage format. They are never renamed, and every version ever written stays readable.
 */
import * as Schema from "effect/Schema"
import { Timestamp } from "./Timestamp.ts"

export interface StoredEvent {
  readonly type: string
  readonly data: string
  readonly metadata: string
}

/** Who caused an event, and the trail that leads to it. The runtime's `Origin` is one. */
export interface Trail {
  readonly actor: string
  /** Names the request, whatever it set in motion. */
  readonly correlation: string
  /** Names what directly led here; by default the request itself. */
  readonly causation?: string
  /** W3C trace context. */
  readonly traceparent?: string
}

/** `v`: the version of the data's shape. */
export const Metadata = Schema.Struct({
  v: Schema.Int,
  actor: Schema.String,
  causation: Schema.String,
  correlation: Schema.String,
  traceparent: Schema.optionalKey(Schema.String),
  ts: Timestamp,
})
export type Metadata = typeof Metadata.Type

/** What stands in the store cannot be read: foreign, damaged, or written by a newer version of the server. Waiting does not help. */
export class UnreadableEvent extends Schema.TaggedError<UnreadableEvent>()("UnreadableEvent", {
  type: Schema.String,
  reason: Schema.String,
}) {}

/** JSON text with a fixed order of fields, the version first (`versionOf` relies on it). */
export const encodeMetadata = (v: number, ts: number, trail: Trail): string =>
  JSON.stringify({
    v,
    actor: trail.actor,
    causation: trail.causation ?? trail.correlation,
    correlation: trail.correlation,
    traceparent: trail.traceparent,
    ts,
  })

const decodeStrictly = Schema.decodeUnknownSync(Schema.fromJsonString(Metadata))

/** Throws `UnreadableEvent`. */
export const decodeMetadata = (stored: Pick<StoredEvent, "type" | "metadata">): Metadata => {
  try {
    return decodeStrictly(stored.metadata)
  } catch {
    throw new UnreadableEvent({ type: stored.type, reason: "the metadata is not what this log holds" })
  }
}

/** The version alone, without parsing where the text starts as we write it: this runs once for every event that anybody reads. */
export const versionOf = (stored: StoredEvent): number => {
  const text = stored.metadata
  const digit = text.charCodeAt(5) - 48
  if (text.startsWith('{"v":') && digit >= 0 && digit <= 9 && text.charCodeAt(6) === 44) return digit
  return decodeMetadata(stored).v
}
