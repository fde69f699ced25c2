import { RejectionCode } from "@parley/domain/Rejection"
import { Problem, type ProblemCode, problem, problems } from "@parley/domain/wire/problem"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

const codes = Object.keys(problems) as ReadonlyArray<ProblemCode>

describe("a problem", () => {
  it.each(codes)("%s has the shape of the protocol", (code) => {
    const full = problem(code, {
      requestId: "req",
      detail: "So it is.",
      instance: "/v1/messages",
      retryAfterMs: 1_000,
      errors: [{ path: "a", message: "b" }],
    })
    expect(Schema.decodeUnknownSync(Problem)(full)).toEqual(full)
    expect(full).toMatchObject({
      code,
      request_id: "req",
      retry_after_ms: 1_000,
      errors: [{ path: "a", message: "b" }],
    })
  })

  it("needs no more than a request id, and says nothing that it was not told", () => {
    expect(problem("not_found", { requestId: "req" })).toEqual({
      type: "/docs/errors/not_found",
      title: "Not found",
      status: 404,
      detail: "Not found.",
      instance: "urn:parley:request:req",
      code: "not_found",
      request_id: "req",
      retryable: false,
    })
  })

  it("of every rejection of the domain has a code on the wire", () => {
    for (const code of RejectionCode.literals) expect(codes).toContain(code)
  })

  it("is retryable exactly when waiting can help", () => {
    expect(codes.filter((code) => problems[code].retryable)).toEqual([
      "rate_limited",
      "internal",
      "unavailable",
    ])
  })
})
