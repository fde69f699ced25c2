/** Server time as it stands in events: whole milliseconds since the Unix epoch. On the wire: RFC 3339, UTC, with milliseconds. */
import * as Schema from "effect/Schema"

export const Timestamp = Schema.Int
export type Timestamp = typeof Timestamp.Type

/** `2026-11-24T03:00:00.000Z`. */
export const toWire = (ts: Timestamp): string => new Date(ts).toISOString()
