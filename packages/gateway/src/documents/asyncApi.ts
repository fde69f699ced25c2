/**
 * The AsyncAPI 3.0 document of the stream, made from the schemas that decode and encode its frames.
 *
 * Always true: it names every frame that is served, each ack with what it answers, and each code a frame can be refused with. `send` and
 * `receive` are the server's: it receives what clients send.
 */
import { Limits } from "@parley/domain/limits"
import { Ack } from "@parley/domain/wire/serverFrames"
import * as Schema from "effect/Schema"
import { clientFrameDescriptions } from "./clientFrames.ts"
import { closeCodes } from "./closeCodes.ts"
import { errorsOfFrame } from "./errorsOf.ts"
import * as example from "./exampleIds.ts"
import type { Envelope } from "./FrameDescription.ts"
import { type Json, jsonSchemas } from "./jsonSchemas.ts"
import { overview, wireVersion } from "./overview.ts"
import { serverFrameDescriptions } from "./serverFrames.ts"
import { streamPath } from "./streamRoute.ts"

interface Message {
  /** Its name as a component; of an ack: `ack.message.send`. */
  readonly key: string
  readonly type: string
  readonly schema: Envelope
  readonly summary: string
  readonly description?: string
  readonly example: unknown
}

const fromClients: ReadonlyArray<Message> = Object.entries(clientFrameDescriptions).map(
  ([type, { description, example: payload, schema, summary }]) => ({
    key: `client.${type}`,
    type,
    schema,
    summary,
    example: payload,
    ...(description === undefined ? {} : { description }),
  }),
)

const acks: ReadonlyArray<Message> = Object.entries(clientFrameDescriptions).flatMap(([type, { ack }]) =>
  ack === undefined
    ? []
    : [
        {
          key: `ack.${type}`,
          type: "ack",
          schema: Schema.Struct({ ...Ack.fields, payload: ack.schema }),
          summary: `The answer to \`${type}\``,
          example: ack.example,
        },
      ],
)

const fromServer: ReadonlyArray<Message> = Object.entries(serverFrameDescriptions).map(
  ([type, { description, example: payload, schema, summary }]) => ({
    key: `server.${type}`,
    type,
    schema,
    summary,
    example: payload,
    ...(description === undefined ? {} : { description }),
  }),
)

const all = [...fromClients, ...acks, ...fromServer]

export const asyncApi = (limits: Limits): Json => {
  const schemas = jsonSchemas([...all.map(({ schema }) => schema), Limits])
  const named = (messages: ReadonlyArray<Message>) => messages.map(({ key }) => inChannel(key))
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Parley: the stream",
      version: wireVersion,
      description: `${overview}\n\nA frame is one text message that holds one envelope. Every frame of a client but \`typing\` and \`presence.ping\` is answered by exactly one \`ack\` or one \`error\`, whose \`reply_to\` is its \`id\`.`,
      license: { name: "Apache 2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    defaultContentType: "application/json",
    servers: {
      this: {
        host: "{host}",
        protocol: "wss",
        description:
          "The server that this document came from; `POST /v1/ws/token` answers the address to dial.",
        variables: { host: { default: "localhost:8080", description: "Host and port." } },
        security: [{ $ref: "#/components/securitySchemes/streamToken" }],
      },
    },
    channels: { stream: channel(limits) },
    operations: {
      ...Object.fromEntries(
        Object.entries(clientFrameDescriptions).map(([type, about]) => [
          `receive.${type}`,
          {
            action: "receive",
            channel: { $ref: "#/channels/stream" },
            summary: about.summary,
            messages: [inChannel(`client.${type}`)],
            ...(about.ack === undefined
              ? {}
              : {
                  reply: {
                    channel: { $ref: "#/channels/stream" },
                    messages: [inChannel(`ack.${type}`), inChannel("server.error")],
                  },
                }),
            "x-errors": errorsOfFrame(about),
          },
        ]),
      ),
      "send.frames": {
        action: "send",
        channel: { $ref: "#/channels/stream" },
        summary: "What happens reaches everybody whom it concerns",
        messages: named(fromServer),
      },
    },
    components: {
      schemas: schemas.components,
      messages: Object.fromEntries(
        all.map((message) => [message.key, component(message, schemas.of(message.schema))]),
      ),
      securitySchemes: {
        streamToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "As `Authorization: Bearer <stream token>`, or from a browser as `Sec-WebSocket-Protocol: parley.v1, bearer.<stream token>`.",
        },
      },
    },
    "x-limits": limits,
  }
}

const inChannel = (key: string): Json => ({ $ref: `#/channels/stream/messages/${key}` })

const channel = (limits: Limits): Json => ({
  address: streamPath,
  title: "The stream",
  description: `One connection of one device. The first frame is \`hello\`; the client's first is \`sync\`. The server pings; no pong within 10 s closes 4009. A frame has at most ${limits.frame_bytes} bytes. No compression is negotiated.`,
  messages: Object.fromEntries(all.map(({ key }) => [key, { $ref: `#/components/messages/${key}` }])),
  bindings: {
    ws: {
      method: "GET",
      query: {
        type: "object",
        properties: { v: { type: "string", const: "1", description: "The protocol's version." } },
        required: ["v"],
      },
      headers: {
        type: "object",
        properties: {
          Authorization: { type: "string", description: "Bearer <stream token>" },
          "Sec-WebSocket-Protocol": {
            type: "string",
            description: "parley.v1, bearer.<stream token>; the server answers parley.v1.",
          },
        },
      },
      bindingVersion: "0.1.0",
    },
  },
  "x-close-codes": closeCodes,
})

const component = (
  { description, key, summary, type, schema, example: payload }: Message,
  made: Json,
): Json => ({
  name: type,
  title: key,
  summary,
  ...(description === undefined ? {} : { description }),
  payload: made,
  examples: [{ name: key, payload: envelope(key, type, schema, payload) }],
  ...("reply_to" in schema.fields ? { correlationId: { location: "$message.payload#/reply_to" } } : {}),
})

/** An example's payload in the envelope that its schema asks for. */
const envelope = (key: string, type: string, { fields }: Envelope, payload: unknown): Json => {
  const fromClient = key.startsWith("client.")
  const about = key === "ack.sync" ? "sync" : key
  return {
    id: fromClient ? "c-17" : "evt_01kb4n8e00d3v5h7m9q2s4t6w842",
    type,
    ...("conversation_id" in fields && about !== "sync" ? { conversation_id: example.conversation } : {}),
    ...("seq" in fields ? { seq: 42 } : {}),
    ...(key.endsWith("message.send") || type === "message.new"
      ? { client_msg_id: example.clientMessage }
      : {}),
    ...("reply_to" in fields ? { reply_to: "c-17" } : {}),
    ...("ts" in fields ? { ts: example.time } : {}),
    payload,
  }
}
