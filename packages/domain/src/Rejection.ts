/**
 * The reasons for which the domain declines a command: values, part of the contract, never retried blindly.
 *
 * Always true: a rejection says nothing that its receiver may not know (a stranger's view of a conversation is `not_found`).
 */
import * as Schema from "effect/Schema"

/** The subset of the protocol's codes (section 3) that a decision can end in. */
export const RejectionCode = Schema.Literals([
  "forbidden",
  "not_found",
  "conflict",
  "idempotency_mismatch",
  "gone",
  "payload_too_large",
  "unprocessable",
])
export type RejectionCode = typeof RejectionCode.Type

/** `detail` is a sentence for a person; `path` names the offending field where there is one. */
export const Rejection = Schema.Struct({
  code: RejectionCode,
  detail: Schema.String,
  path: Schema.optionalKey(Schema.String),
})
export type Rejection = typeof Rejection.Type

export const rejection = (code: RejectionCode, detail: string, path?: string): Rejection =>
  path === undefined ? { code, detail } : { code, detail, path }
