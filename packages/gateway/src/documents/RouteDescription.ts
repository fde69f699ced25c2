/**
 * What the API document says of a route. It stands in the route itself: a route without one does not compile.
 *
 * Always true: every schema is the one that the route decodes or encodes by, so that the document cannot say anything else than the
 * traffic does; the tests validate every answer of theirs against it.
 */
import type { ProblemCode } from "@parley/domain/wire/problem"
import type * as Schema from "effect/Schema"

/** The heading under which a reader finds it. */
export type RouteGroup =
  | "Messages"
  | "Conversations"
  | "Groups"
  | "Receipts"
  | "People"
  | "Devices"
  | "Media"
  | "Search"
  | "Stream"
  | "Development"

export interface Parameter {
  readonly about: string
  readonly schema: Schema.Constraint
  /** Of the query and the headers; a parameter of the path is always required. */
  readonly required?: boolean
  readonly example?: string | number
}

export interface AnswerDescription {
  readonly about: string
  /** Absent: the answer has no body. */
  readonly schema?: Schema.Constraint
  readonly example?: unknown
  readonly headers?: Readonly<Record<string, Parameter>>
}

export interface RouteDescription {
  /** A line in the imperative: "Send a message". */
  readonly summary: string
  /** What the protocol says beyond the schemas. Markdown. */
  readonly description?: string
  readonly group: RouteGroup
  /** The token that it takes, whose absence is `unauthenticated`. */
  readonly security: "access" | "stream" | "none"
  /** One for each `:name` of the path. */
  readonly params?: Readonly<Record<string, Parameter>>
  readonly query?: Readonly<Record<string, Parameter>>
  /** Request headers besides `Authorization` and `Content-Type`, in their usual spelling. */
  readonly headers?: Readonly<Record<string, Parameter>>
  /** The very schema given to `decoder`. Absent: the route takes no body. */
  readonly body?: { readonly schema: Schema.Constraint; readonly example: unknown }
  /** Every success, by status. */
  readonly answers: Readonly<Record<number, AnswerDescription>>
  /**
   * The codes that this route answers beyond those that follow from the above: `internal` and `unavailable` always, `unauthenticated` with
   * a token, `bad_request` with a query or a body, `payload_too_large` and `unsupported_media_type` with a body.
   */
  readonly errors: ReadonlyArray<ProblemCode>
}
