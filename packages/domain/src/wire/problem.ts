/**
 * Errors on the wire (protocol, section 3): the body of every HTTP error and the payload of every `error` frame.
 *
 * Always true: `code` is stable and decides status, title and whether the same request may succeed later. Nothing internal is in it.
 */
import * as Schema from "effect/Schema"

interface Meaning {
  readonly status: number
  readonly title: string
  /** The same request, unchanged and later, may succeed. */
  readonly retryable: boolean
}

export const problems = {
  bad_request: { status: 400, title: "Bad request", retryable: false },
  unauthenticated: { status: 401, title: "Unauthenticated", retryable: false },
  forbidden: { status: 403, title: "Forbidden", retryable: false },
  not_found: { status: 404, title: "Not found", retryable: false },
  method_not_allowed: { status: 405, title: "Method not allowed", retryable: false },
  conflict: { status: 409, title: "Conflict", retryable: false },
  idempotency_mismatch: { status: 409, title: "Idempotency mismatch", retryable: false },
  gone: { status: 410, title: "Gone", retryable: false },
  payload_too_large: { status: 413, title: "Payload too large", retryable: false },
  unsupported_media_type: { status: 415, title: "Unsupported media type", retryable: false },
  unprocessable: { status: 422, title: "Unprocessable", retryable: false },
  unsupported_version: { status: 426, title: "Unsupported version", retryable: false },
  rate_limited: { status: 429, title: "Rate limited", retryable: true },
  legal_hold: { status: 451, title: "Legal hold", retryable: false },
  internal: { status: 500, title: "Internal error", retryable: true },
  unavailable: { status: 503, title: "Unavailable", retryable: true },
} as const satisfies Record<string, Meaning>

export type ProblemCode = keyof typeof problems

export const ProblemCode = Schema.Literals(Object.keys(problems) as ReadonlyArray<ProblemCode>)

/** `path`: dotted, from the root of the frame or body (`payload.text`, `add.0.user_id`); empty for the whole. */
export const FieldError = Schema.Struct({ path: Schema.String, message: Schema.String })
export type FieldError = typeof FieldError.Type

export const Problem = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  instance: Schema.String,
  code: ProblemCode,
  request_id: Schema.String,
  retryable: Schema.Boolean,
  retry_after_ms: Schema.optionalKey(Schema.Int),
  errors: Schema.optionalKey(Schema.Array(FieldError)),
})
export type Problem = typeof Problem.Type

export interface ProblemDetails {
  /** A sentence for a person; by default the code's title. */
  readonly detail?: string
  readonly requestId: string
  /** The path of the HTTP request; by default a URN of the request id. */
  readonly instance?: string
  readonly retryAfterMs?: number
  readonly errors?: ReadonlyArray<FieldError>
}

export const problem = (code: ProblemCode, details: ProblemDetails): Problem => {
  const { status, title, retryable } = problems[code]
  return {
    type: `/docs/errors/${code}`,
    title,
    status,
    detail: details.detail ?? `${title}.`,
    instance: details.instance ?? `urn:parley:request:${details.requestId}`,
    code,
    request_id: details.requestId,
    retryable,
    ...(details.retryAfterMs === undefined ? {} : { retry_after_ms: details.retryAfterMs }),
    ...(details.errors === undefined || details.errors.length === 0 ? {} : { errors: details.errors }),
  }
}
