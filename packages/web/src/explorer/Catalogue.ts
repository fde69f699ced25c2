/**
 * What the explorer shows: both documents of the server that serves this page, as lists of routes, frames and schemas.
 *
 * Always true: nothing is known here that the documents do not say.
 */
import type { JsonSchema } from "./JsonSchema.ts"

export interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly required?: boolean
  readonly description?: string
  readonly schema: JsonSchema
  readonly example?: string | number
}

export interface Content {
  readonly schema: JsonSchema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>
}

export interface Answer {
  readonly status: string
  readonly description: string
  readonly content: Content | undefined
  readonly headers: ReadonlyArray<string>
}

export interface RouteEntry {
  readonly method: string
  readonly path: string
  readonly group: string
  readonly summary: string
  readonly description: string
  /** Whether an access token is needed. */
  readonly authenticated: boolean
  readonly parameters: ReadonlyArray<Parameter>
  readonly body: Content | undefined
  readonly answers: ReadonlyArray<Answer>
}

export interface FrameEntry {
  readonly from: "client" | "server"
  readonly type: string
  readonly summary: string
  readonly description: string
  readonly schema: JsonSchema
  readonly example: unknown
  /** What a client's frame is answered with. */
  readonly ack: { readonly schema: JsonSchema; readonly example: unknown } | undefined
  readonly errors: ReadonlyArray<string>
}

export interface CloseCode {
  readonly code: number
  readonly meaning: string
  readonly next: string
}

export interface Catalogue {
  readonly overview: string
  readonly groups: ReadonlyArray<{ readonly name: string; readonly description: string }>
  readonly routes: ReadonlyArray<RouteEntry>
  readonly frames: ReadonlyArray<FrameEntry>
  readonly schemas: Readonly<Record<string, JsonSchema>>
  readonly limits: Readonly<Record<string, number>>
  readonly closeCodes: ReadonlyArray<CloseCode>
  readonly codes: ReadonlyArray<string>
  readonly developmentLogin: boolean
}

// oxlint-disable-next-line typescript/no-explicit-any -- the documents, as they came
type Whatever = any

const read = async (path: string): Promise<Whatever> => (await fetch(path)).json()

export const loadCatalogue = async (): Promise<Catalogue> => {
  const [http, stream] = await Promise.all([read("/openapi.json"), read("/asyncapi.json")])
  return {
    overview: http.info.description,
    groups: http.tags,
    routes: routesOf(http),
    frames: framesOf(stream),
    schemas: { ...stream.components.schemas, ...http.components.schemas },
    limits: http["x-limits"],
    closeCodes: stream.channels.stream["x-close-codes"],
    codes: http.components.schemas.ProblemCode.enum,
    developmentLogin: http["x-development-login"] === true,
  }
}

const methods = ["get", "post", "put", "patch", "delete"]

const routesOf = (http: Whatever): ReadonlyArray<RouteEntry> =>
  Object.entries<Whatever>(http.paths).flatMap(([path, operations]) =>
    methods
      .filter((method) => method in operations)
      .map((method) => {
        const about = operations[method]
        return {
          method: method.toUpperCase(),
          path,
          group: about.tags[0],
          summary: about.summary,
          description: about.description ?? "",
          authenticated: about.security === undefined,
          parameters: about.parameters ?? [],
          body: about.requestBody?.content["application/json"],
          answers: Object.entries<Whatever>(about.responses).map(([status, response]) =>
            answerOf(status, response, http),
          ),
        }
      }),
  )

const answerOf = (status: string, response: Whatever, http: Whatever): Answer => {
  const { content, description, headers } =
    response.$ref === undefined ? response : http.components.responses[response.$ref.split("/").at(-1)]
  return {
    status,
    description,
    content: content?.["application/json"] ?? content?.["application/problem+json"],
    headers: Object.keys(headers ?? {}),
  }
}

const framesOf = (stream: Whatever): ReadonlyArray<FrameEntry> => {
  const { messages } = stream.components
  return Object.keys(messages)
    .filter((key) => !key.startsWith("ack."))
    .map((key) => {
      const message = messages[key]
      const from = key.startsWith("client.") ? ("client" as const) : ("server" as const)
      const ack = from === "client" ? messages[`ack.${message.name}`] : undefined
      return {
        from,
        type: message.name,
        summary: message.summary,
        description: message.description ?? "",
        schema: message.payload,
        example: message.examples[0].payload,
        ack: ack === undefined ? undefined : { schema: ack.payload, example: ack.examples[0].payload },
        errors: stream.operations[`receive.${message.name}`]?.["x-errors"] ?? [],
      }
    })
}
