/** Failures of the runtime: the world misbehaves. Each says whether waiting helps. Rejections are the domain's (`Rejection`). */
import * as Schema from "effect/Schema"
import type { MessageKey } from "./EventStore.ts"

/** Another writer was here. Reload and decide again. `actual` is -1 for no stream. */
export class WrongExpectedRevision extends Schema.TaggedError<WrongExpectedRevision>()(
  "WrongExpectedRevision",
  { stream: Schema.String, actual: Schema.Int },
) {}

/** The stream bears a tombstone. Waiting does not help. */
export class StreamDeleted extends Schema.TaggedError<StreamDeleted>()("StreamDeleted", {
  stream: Schema.String,
}) {}

export class StreamNotFound extends Schema.TaggedError<StreamNotFound>()("StreamNotFound", {
  stream: Schema.String,
}) {}

/** Over 1 MiB in one append. Waiting does not help. */
export class AppendTooLarge extends Schema.TaggedError<AppendTooLarge>()("AppendTooLarge", {
  bytes: Schema.Int,
}) {}

/** Keys of this append name messages already; `taken` are their lines. Nothing was written. */
export class KeysTaken extends Schema.TaggedError<KeysTaken>()("KeysTaken", {
  taken: Schema.Any as Schema.Schema<ReadonlyArray<MessageKey>>,
}) {}

/** The store did not answer, or refused for a passing reason (disk full). Waiting helps; the outcome of a write is unknown. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  reason: Schema.String,
}) {}

/** The store cannot be opened: a foreign or corrupt file, a second process on the directory, a newer format, a bad URL. Nothing was changed. */
export class StoreRefused extends Schema.TaggedError<StoreRefused>()("StoreRefused", {
  path: Schema.String,
  reason: Schema.Literals(["corrupt", "foreign", "in_use", "newer_version", "not_durable", "unusable_url"]),
  detail: Schema.String,
}) {}

/** A person's data key is destroyed: what it sealed is gone for good. */
export class KeyDestroyed extends Schema.TaggedError<KeyDestroyed>()("KeyDestroyed", {
  owner: Schema.String,
}) {}

/** The vault did not answer, or the master key does not fit. */
export class VaultUnavailable extends Schema.TaggedError<VaultUnavailable>()("VaultUnavailable", {
  reason: Schema.String,
}) {}

/** An entity, a model or the store cannot answer now. Waiting helps. Becomes `unavailable` on the wire. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  reason: Schema.String,
}) {}

/** Postgres did not answer, is starting or stopping, or refused for a passing reason. Waiting helps; the outcome of a write is unknown. */
export class PostgresUnavailable extends Schema.TaggedError<PostgresUnavailable>()("PostgresUnavailable", {
  reason: Schema.String,
}) {}

/** Postgres, its settings or its schema are not what is needed. Waiting does not help: an operator has to act. */
export class PostgresRefused extends Schema.TaggedError<PostgresRefused>()("PostgresRefused", {
  reason: Schema.Literals([
    "bad_options",
    "credentials",
    "permission",
    "no_database",
    "tls",
    "too_old",
    "encoding",
    "not_durable",
    "newer_schema",
    "foreign_schema",
  ]),
  detail: Schema.String,
}) {}

export type PostgresFailure = PostgresUnavailable | PostgresRefused
