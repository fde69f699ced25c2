/** The headers of answers, as components of the document, and which codes come with which. */
import type { ProblemCode } from "@parley/domain/wire/problem"
import type { Json } from "./jsonSchemas.ts"

export type Headers = Readonly<Record<string, Json>>

const text = { type: "string" }

export const responseHeaders: Headers = {
  "X-Request-Id": {
    description: "Under which the server's log knows this request.",
    schema: { ...text, pattern: "^req_[0-9a-f-]{18,36}$" },
    example: "req_5f1c2ab07c9e4d1f8a",
  },
  "Retry-After": {
    description: "Seconds to wait before the same again.",
    schema: { ...text, pattern: "^[0-9]+$" },
    example: "1",
  },
  RateLimit: {
    description:
      "The policy that was exceeded: `r` left of it, more in `t` seconds (draft-ietf-httpapi-ratelimit-headers).",
    schema: text,
    example: '"user";r=0;t=1',
  },
  "RateLimit-Policy": {
    description: "The policy itself: `q` messages in any `w` seconds.",
    schema: text,
    example: '"user";q=30;w=3',
  },
  "WWW-Authenticate": { description: "How to authenticate.", schema: text, example: "Bearer" },
}

const byCode: Readonly<Partial<Record<ProblemCode, ReadonlyArray<string>>>> = {
  unauthenticated: ["WWW-Authenticate"],
  rate_limited: ["Retry-After", "RateLimit", "RateLimit-Policy"],
  unavailable: ["Retry-After"],
}

/** References to the headers of an answer with these codes; of a success without any. */
export const headersOf = (codes: ReadonlyArray<ProblemCode>): Headers =>
  Object.fromEntries(
    ["X-Request-Id", ...codes.flatMap((code) => byCode[code] ?? [])].map((name) => [
      name,
      { $ref: `#/components/headers/${name}` },
    ]),
  )
