/**
 * The port by which an operator has a read model built anew while the system runs: a new model beside the running one, then a switch.
 *
 * Always true: one rebuild of a projection at a time; the running model answers until the new one has caught up and taken its place.
 * Not for: effects. What they did to the world cannot be done again, so they refuse.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * How far a rebuild has come; the JSON of `GET /rebuild/{projection}` on the operations port.
 * `applied` and `total` count positions of the log: `total` is the log's end as of the answer, so it rises while people write.
 * `rate_per_second` is measured over the last seconds; `eta_seconds` is absent while nothing can be said.
 * `detail`: why it failed, or what is going on. "done" and "failed" stay until the next start of the same projection.
 */
export const RebuildProgress = Schema.Struct({
  projection: Schema.String,
  state: Schema.Literals(["running", "done", "failed"]),
  applied: Schema.Number,
  total: Schema.Number,
  rate_per_second: Schema.Number,
  eta_seconds: Schema.optionalKey(Schema.Number),
  detail: Schema.optionalKey(Schema.String),
})
export type RebuildProgress = typeof RebuildProgress.Type

/** There is no such projection; `known` are the names of those that can be rebuilt. */
export class UnknownProjection extends Schema.TaggedError<UnknownProjection>()("UnknownProjection", {
  projection: Schema.String,
  known: Schema.Array(Schema.String),
}) {}

/** It is an effect: it acts on the world and is never rebuilt. */
export class ProjectionIsEffect extends Schema.TaggedError<ProjectionIsEffect>()("ProjectionIsEffect", {
  projection: Schema.String,
}) {}

/** A rebuild of this projection is running; `progress` tells how far it has come. */
export class RebuildRunning extends Schema.TaggedError<RebuildRunning>()("RebuildRunning", {
  projection: Schema.String,
}) {}

export class Rebuilds extends Context.Service<
  Rebuilds,
  {
    /** Starts, and returns at once with the first progress. The rebuild outlives whoever asked for it. */
    readonly start: (
      projection: string,
    ) => Effect.Effect<RebuildProgress, UnknownProjection | ProjectionIsEffect | RebuildRunning>
    /** The running rebuild, else the last one of this process; `undefined` when there was none. */
    readonly progress: (
      projection: string,
    ) => Effect.Effect<RebuildProgress | undefined, UnknownProjection | ProjectionIsEffect>
  }
>()("@parley/projections/Rebuilds") {}
