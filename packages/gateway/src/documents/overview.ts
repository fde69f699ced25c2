/** What both documents say of the whole. */
import type { Json } from "./jsonSchemas.ts"
import type { RouteGroup } from "./RouteDescription.ts"

export const wireVersion = "1"

export const overview = `JSON in UTF-8, \`snake_case\`, times in RFC 3339 UTC with milliseconds. Unknown fields are ignored on input, and answers may get more fields; no field ever changes its meaning inside \`v1\`.

**Order.** \`seq\` is an event's number in its conversation: the only order, without a gap. Every event is exactly one frame.

**Errors** are problems (RFC 9457) with a stable \`code\`; \`type\` is the address of the page that explains it.

**Sending** is idempotent: \`(conversation, sender, client_msg_id)\` names one message. An ack means that it is durable.

**Reading** is as of the request's arrival: it holds every write acknowledged before.

**Limits** of this server are in \`x-limits\`. A body has at most 1 MiB and arrives within 20 s. NUL and lone surrogates are refused.`

export const groups: Readonly<Record<RouteGroup, string>> = {
  Messages: "Sending, history, edits, reactions, threads.",
  Conversations: "Direct conversations and the inbox.",
  Groups: "Groups, their settings, members and roles.",
  Receipts: "What has arrived and been read.",
  People: "Profiles, the directory, blocks and mutes.",
  Devices: "Where pushes go; revoking a device's sessions.",
  Media: "Uploads and downloads.",
  Search: "Finding messages.",
  Stream: "Connecting, and catching up without a socket.",
  Development: "Only with development login.",
}

export const securitySchemes: Readonly<Record<string, Json>> = {
  accessToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "Signed by the embedding application (HS256 with the configured secret, or RS256, ES256, EdDSA by the configured keys). `sub` is the user id, `exp` is required.",
  },
  streamToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "From `POST /v1/ws/token`: valid 60 s, for one connection of one device.",
  },
  streamTokenOfBrowser: {
    type: "apiKey",
    in: "header",
    name: "Sec-WebSocket-Protocol",
    description: "The stream token as a subprotocol: `parley.v1, bearer.<token>`.",
  },
}
