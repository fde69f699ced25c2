/** Which codes a route or a frame can be answered with: those that it names, and those that follow from what it takes. */
import { problems, type ProblemCode } from "@parley/domain/wire/problem"
import type { ClientFrameDescription } from "./FrameDescription.ts"
import type { RouteDescription } from "./RouteDescription.ts"

const inOrder = (codes: ReadonlyArray<ProblemCode>): ReadonlyArray<ProblemCode> =>
  (Object.keys(problems) as ReadonlyArray<ProblemCode>).filter((code) => codes.includes(code))

export const errorsOfRoute = ({
  body,
  errors,
  headers,
  query,
  security,
}: RouteDescription): ReadonlyArray<ProblemCode> =>
  inOrder([
    ...errors,
    "internal",
    "unavailable",
    ...(security === "none" ? [] : (["unauthenticated", "rate_limited"] as const)),
    ...((body ?? query ?? headers) ? (["bad_request"] as const) : []),
    ...(body === undefined ? [] : (["payload_too_large", "unsupported_media_type"] as const)),
  ])

export const errorsOfFrame = ({ ack, errors }: ClientFrameDescription): ReadonlyArray<ProblemCode> =>
  ack === undefined ? [] : inOrder([...errors, "bad_request", "internal", "rate_limited", "unavailable"])
