/** The one place where failures become problems. */
import { type ProblemCode, problems } from "@parley/domain/wire/problem"
import { describe, expect, it } from "vitest"
import { problemOf, refuse, refusedByDomain, unavailable } from "../src/problems.ts"

const details = { requestId: "req_1", instance: "/v1/x" }
const codes = Object.keys(problems) as ReadonlyArray<ProblemCode>

describe.each(codes)("%s", (code) => {
  it("has the protocol's status, a page of its own, and the request's id", () => {
    const { body } = problemOf(refuse(code), details)
    expect(body).toEqual({
      type: `/docs/errors/${code}`,
      title: problems[code].title,
      status: problems[code].status,
      detail: `${problems[code].title}.`,
      instance: "/v1/x",
      code,
      request_id: "req_1",
      retryable: problems[code].retryable,
    })
  })
})

it("a rejection keeps its code, its sentence and its place", () => {
  const rejection = { code: "payload_too_large", detail: "Too long.", path: "text" } as const
  expect(problemOf(refusedByDomain(rejection), details).body).toMatchObject({
    code: "payload_too_large",
    detail: "Too long.",
    errors: [{ path: "text", message: "Too long." }],
  })
})

it("what is unavailable says when to come back, rounded up to seconds in the header", () => {
  expect(problemOf(unavailable(), details)).toMatchObject({
    body: { status: 503, retry_after_ms: 1_000 },
    headers: { "retry-after": "1" },
  })
  const soon = refuse("rate_limited", undefined, { retryAfterMs: 1_001 })
  expect(problemOf(soon, details).headers).toEqual({ "retry-after": "2" })
})

it("who is not known is told how to be", () => {
  expect(problemOf(refuse("unauthenticated"), details).headers).toEqual({ "www-authenticate": "Bearer" })
})
