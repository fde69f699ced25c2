/**
 * The limits of the protocol (section 5 and 7), under the names that `hello.limits` uses. Each is `PARLEY_LIMIT_<NAME>`.
 */
import * as Schema from "effect/Schema"

const Positive = Schema.Int.check(Schema.isGreaterThan(0))

export const Limits = Schema.Struct({
  /** Code points of a message's text. */
  text_chars: Positive,
  /** UTF-8 bytes of a message's text. */
  text_bytes: Positive,
  /** Bytes of one frame; a larger one closes 4513 (above 1 MiB: 1009). */
  frame_bytes: Positive,
  /** UTF-8 bytes of the metadata's JSON. */
  metadata_bytes: Positive,
  media_per_message: Positive,
  /** Nesting of a frame's or body's JSON. */
  json_depth: Positive,
  group_members: Positive,
  /** Above this size of a group receipts go to nobody. */
  receipts_members: Positive,
  connections_per_user: Positive,
  messages_per_second: Positive,
  messages_burst: Positive,
  conversation_messages_per_second: Positive,
  conversation_messages_burst: Positive,
  typing_interval_ms: Positive,
})
export type Limits = typeof Limits.Type

export const defaultLimits: Limits = {
  text_chars: 16_000,
  text_bytes: 65_536,
  frame_bytes: 262_144,
  metadata_bytes: 4_096,
  media_per_message: 10,
  json_depth: 32,
  group_members: 10_000,
  receipts_members: 500,
  connections_per_user: 20,
  messages_per_second: 10,
  messages_burst: 30,
  conversation_messages_per_second: 50,
  conversation_messages_burst: 200,
  typing_interval_ms: 3_000,
}
