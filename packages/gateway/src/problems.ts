/**
 * The one place where rejections, failures and faulty input become the problems of the wire (protocol, section 3).
 *
 * Always true: nothing internal (stack, SQL, path, secret) gets into a problem; what went wrong inside is logged under its request id.
 */
import type { Rejection } from "@parley/domain/Rejection"
import {
  type FieldError,
  type Problem,
  problem,
  type ProblemCode,
  type ProblemDetails,
} from "@parley/domain/wire/problem"
import * as Data from "effect/Data"

/** How long clients wait before they try again what was `unavailable`. */
const unavailableRetryMs = 1_000

/** A problem on its way to the caller, as the failure of a route. `headers` go out with it. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly code: ProblemCode
  readonly detail?: string
  readonly retryAfterMs?: number
  readonly errors?: ReadonlyArray<FieldError>
  readonly headers?: Readonly<Record<string, string>>
}> {}

export const refuse = (
  code: ProblemCode,
  detail?: string,
  more: Partial<Pick<Refused, "retryAfterMs" | "errors" | "headers">> = {},
): Refused => new Refused({ code, ...(detail === undefined ? {} : { detail }), ...more })

export const refusedByDomain = ({ code, detail, path }: Rejection): Refused =>
  refuse(code, detail, path === undefined ? {} : { errors: [{ path, message: detail }] })

export const unavailable = (): Refused =>
  refuse("unavailable", "The server cannot answer this now.", { retryAfterMs: unavailableRetryMs })

/** The problem of a failure and the headers that belong to it. */
export const problemOf = (
  refused: Refused,
  details: Pick<ProblemDetails, "requestId" | "instance">,
): { readonly body: Problem; readonly headers: Readonly<Record<string, string>> } => {
  const { code, detail, retryAfterMs, errors } = refused
  return {
    body: problem(code, {
      ...details,
      ...(detail === undefined ? {} : { detail }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(errors === undefined ? {} : { errors }),
    }),
    headers: {
      ...(retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) }),
      ...(code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {}),
      ...refused.headers,
    },
  }
}
