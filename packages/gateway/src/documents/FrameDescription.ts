/**
 * What the stream's document says of a frame.
 *
 * Always true: each type that the wire's schemas know has one; a type without one does not compile.
 */
import type { ProblemCode } from "@parley/domain/wire/problem"
import type * as Schema from "effect/Schema"

/** Any of the wire's envelopes. */
export interface Envelope extends Schema.Constraint {
  readonly fields: Readonly<Record<string, Schema.Constraint>>
}

export interface ClientFrameDescription {
  readonly schema: Envelope
  /** A line in the imperative: "Send a message". */
  readonly summary: string
  /** What the protocol says beyond the schema. Markdown. */
  readonly description?: string
  /** The payload of an example. */
  readonly example: unknown
  /** Absent: the frame is never answered. */
  readonly ack?: { readonly schema: Schema.Constraint; readonly example: unknown }
  /** Beyond `bad_request`, `internal` and `unavailable`, which every frame that is answered can be answered with. */
  readonly errors: ReadonlyArray<ProblemCode>
}

export interface ServerFrameDescription {
  readonly schema: Envelope
  readonly summary: string
  readonly description?: string
  readonly example: unknown
}
