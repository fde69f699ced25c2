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
  /** People that one user names in new groups and as added or removed members. */
  member_changes_per_second: Positive,
  member_changes_burst: Positive,
  typing_interval_ms: Positive,
  /** Above this size of a conversation nobody is told who is typing. */
  typing_members: Positive,
  /** People whose presence one connection watches. */
  presence_watches: Positive,
  /** Groups that one user makes. */
  group_creations_per_minute: Positive,
  group_creations_burst: Positive,
  /** Frames of one connection, of whatever type. */
  frames_per_second: Positive,
  frames_burst: Positive,
  /** HTTP requests of one user, of whatever kind. */
  requests_per_second: Positive,
  requests_burst: Positive,
  /** By address: requests without a valid token, upgrades to a stream, development logins. */
  unauthenticated_per_second: Positive,
  unauthenticated_burst: Positive,
  upgrades_per_second: Positive,
  upgrades_burst: Positive,
  logins_per_second: Positive,
  logins_burst: Positive,
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
  member_changes_per_second: 200,
  member_changes_burst: 20_000,
  typing_interval_ms: 3_000,
  typing_members: 500,
  presence_watches: 1_000,
  group_creations_per_minute: 120,
  group_creations_burst: 2_000,
  frames_per_second: 200,
  frames_burst: 2_000,
  requests_per_second: 500,
  requests_burst: 10_000,
  unauthenticated_per_second: 50,
  unauthenticated_burst: 2_000,
  upgrades_per_second: 200,
  upgrades_burst: 5_000,
  logins_per_second: 200,
  logins_burst: 20_000,
}

/** Those that say how often: for measurements and tests of something else, which raise them all. */
export const rateLimits: ReadonlyArray<keyof Limits> = (
  Object.keys(defaultLimits) as ReadonlyArray<keyof Limits>
).filter((name) => /_(?:per_second|per_minute|burst)$/.test(name))

/**
 * Guards against floods, far above what a person does. Who raises `messages_per_second` means his own programs, so those of the guards
 * that he does not set rise with it.
 */
export const floodGuards: ReadonlyArray<keyof Limits> = rateLimits.filter((name) =>
  /^(?:frames|requests|group_creations|unauthenticated|upgrades|logins)_/.test(name),
)
