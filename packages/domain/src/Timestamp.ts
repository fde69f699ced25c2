/** Server time as it stands in events: whole milliseconds since the Unix epoch. On the wire: RFC 3339, UTC, with milliseconds. */
import * as Schema from "effect/Schema"

export const Timestamp = Schema.Int
export type Timestamp = typeof Timestamp.Type

/** Ack, frame and event of a message, and those of its batch, say the same time. */
let last = { ts: 0, text: new Date(0).toISOString() }

/** `2026-11-24T03:00:00.000Z`. */
export const toWire = (ts: Timestamp): string => {
  if (ts !== last.ts) last = { ts, text: new Date(ts).toISOString() }
  return last.text
}
