/**
 * Why something did not happen: the server's problem (protocol, section 3), or the world's, in the same shape.
 *
 * Always true: `retryable` tells whether the same request may succeed later without the person doing anything.
 */

export interface Problem {
  /** A code of the protocol, or `offline`: no answer came. */
  readonly code: string
  readonly status: number
  /** A sentence for a person. */
  readonly detail: string
  readonly retryable: boolean
  readonly retry_after_ms?: number
}

export class ParleyError extends Error {
  override readonly name = "ParleyError"
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

export const offline: Problem = {
  code: "offline",
  status: 0,
  detail: "The server cannot be reached.",
  retryable: true,
}

/** Reads whatever came with an error: a proxy in between may have answered with something else than a problem. */
export const readProblem = (value: unknown, status: number, retryAfter?: string | null): Problem => {
  const given = (typeof value === "object" && value !== null ? value : {}) as Partial<Problem> & {
    title?: string
  }
  const waitMs = given.retry_after_ms ?? secondsToMs(retryAfter)
  return {
    code: given.code ?? (status >= 500 ? "unavailable" : "bad_request"),
    status: given.status ?? status,
    detail: given.detail ?? given.title ?? `The server answered ${status}.`,
    retryable: given.retryable ?? (status === 429 || status >= 500),
    ...(waitMs === undefined ? {} : { retry_after_ms: waitMs }),
  }
}

const secondsToMs = (seconds: string | null | undefined): number | undefined => {
  const value = Number.parseFloat(seconds ?? "")
  return Number.isFinite(value) && value >= 0 ? value * 1_000 : undefined
}
