/** The upgrade to a stream, described as a route: it is answered before there is a socket. `stream/upgrade.ts` serves it. */
import * as Schema from "effect/Schema"
import type { RouteDescription } from "./RouteDescription.ts"

export const streamPath = "/v1/stream"

export const streamRoute: RouteDescription = {
  summary: "Open the stream",
  description:
    "An upgrade to WebSocket; its frames are in `/asyncapi.json`. The stream token is checked before the upgrade is accepted, and never travels in the query. A refused upgrade uses no token up.",
  group: "Stream",
  security: "stream",
  query: {
    v: {
      about: "The protocol's version. Missing or another: `unsupported_version`.",
      schema: Schema.Literal("1"),
      required: true,
      example: "1",
    },
  },
  headers: {
    "Sec-WebSocket-Protocol": {
      about: "From a browser: `parley.v1, bearer.<stream token>`; the server answers `parley.v1`.",
      schema: Schema.String,
    },
  },
  answers: { 101: { about: "The connection is a stream." } },
  // Without `Upgrade` it is no address at all.
  errors: ["forbidden", "not_found", "unsupported_version"],
}
