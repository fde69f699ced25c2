/**
 * The OpenAPI 3.1 document, made from the routes and the schemas that decode and encode their traffic.
 *
 * Always true: it names every route that is served, each answer of it by status, and each code that it can be refused with.
 */
import { Limits } from "@parley/domain/limits"
import { Problem, problems, type ProblemCode } from "@parley/domain/wire/problem"
import type * as Schema from "effect/Schema"
import type { Route } from "../http/Api.ts"
import { errorsOfRoute } from "./errorsOf.ts"
import { exampleOf, exampleProblemOf } from "./examples.ts"
import { type Json, type JsonSchemas, jsonSchemas } from "./jsonSchemas.ts"
import { groups, overview, securitySchemes, wireVersion } from "./overview.ts"
import { type Headers, headersOf, responseHeaders } from "./responseHeaders.ts"
import type { AnswerDescription, Parameter, RouteDescription } from "./RouteDescription.ts"
import { streamPath, streamRoute } from "./streamRoute.ts"

type Described = Pick<Route, "method" | "path" | "about">

export const openApi = (served: ReadonlyArray<Described>, limits: Limits): Json => {
  const routes: ReadonlyArray<Described> = [
    ...served,
    { method: "GET", path: streamPath, about: streamRoute },
  ]
  const schemas = jsonSchemas(routes.flatMap(({ about }) => schemasOf(about)).concat(Problem, Limits))
  const paths: Record<string, Record<string, Json>> = {}
  const responses: Record<string, Json> = {}
  for (const { about, method, path } of routes) {
    const operations = (paths[templateOf(path)] ??= {})
    operations[method.toLowerCase()] = operation(method, path, about, schemas, responses)
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Parley",
      version: wireVersion,
      summary: "A chat backend: HTTP for what asks and answers, a stream for what happens.",
      description: overview,
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "The server that this document came from." }],
    tags: Object.entries(groups)
      .filter(([name]) => routes.some(({ about }) => about.group === name))
      .map(([name, description]) => ({ name, description })),
    security: [{ accessToken: [] }],
    paths,
    components: {
      schemas: { ...schemas.components, Limits: { ...schemas.components["Limits"], default: limits } },
      responses,
      headers: responseHeaders,
      securitySchemes,
    },
    "x-limits": limits,
  }
}

/** `/v1/groups/:id` → `/v1/groups/{id}` */
const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}")

/** `GET /v1/groups/:id/members` → `getGroupsByIdMembers` */
const operationId = (method: string, path: string): string =>
  method.toLowerCase() +
  path
    .split("/")
    .slice(2)
    .flatMap((segment) => (segment.startsWith(":") ? ["By", segment.slice(1)] : segment.split("_")))
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join("")

const schemasOf = (about: RouteDescription): ReadonlyArray<Schema.Constraint> => [
  ...[about.params, about.query, about.headers].flatMap((named) =>
    Object.values(named ?? {}).map(({ schema }) => schema),
  ),
  ...(about.body === undefined ? [] : [about.body.schema]),
  ...Object.values(about.answers).flatMap(({ headers, schema }) => [
    ...(schema === undefined ? [] : [schema]),
    ...Object.values(headers ?? {}).map((header) => header.schema),
  ]),
]

const operation = (
  method: string,
  path: string,
  about: RouteDescription,
  schemas: JsonSchemas,
  responses: Record<string, Json>,
): Json => {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
  const undescribed = inPath.filter((name) => about.params?.[name] === undefined)
  if (undescribed.length > 0) throw new Error(`${method} ${path} does not describe ${undescribed.join(", ")}`)
  const parameters = [
    ...inPath.map((name) => parameter("path", name, { ...about.params![name]!, required: true }, schemas)),
    ...Object.entries(about.query ?? {}).map(([name, one]) => parameter("query", name, one, schemas)),
    ...Object.entries(about.headers ?? {}).map(([name, one]) => parameter("header", name, one, schemas)),
  ]
  return {
    operationId: operationId(method, path),
    tags: [about.group],
    summary: about.summary,
    ...(about.description === undefined ? {} : { description: about.description }),
    ...(about.security === "access"
      ? {}
      : { security: about.security === "stream" ? [{ streamToken: [] }, { streamTokenOfBrowser: [] }] : [] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(about.body === undefined ? {} : { requestBody: requestBody(about.body, schemas) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(about.answers).map(([status, answer]) => [
          status,
          success(Number(status), answer, schemas),
        ]),
      ),
      ...refusals(errorsOfRoute(about), responses),
    },
  }
}

const parameter = (place: string, name: string, one: Parameter, schemas: JsonSchemas): Json => ({
  name,
  in: place,
  ...(one.required === true ? { required: true } : {}),
  description: one.about,
  schema: schemas.of(one.schema),
  ...(one.example === undefined ? {} : { example: one.example }),
})

const requestBody = (body: NonNullable<RouteDescription["body"]>, schemas: JsonSchemas): Json => ({
  required: true,
  content: { "application/json": { schema: schemas.of(body.schema), example: body.example } },
})

const success = (status: number, answer: AnswerDescription, schemas: JsonSchemas): Json => {
  const example = answer.example ?? (answer.schema === undefined ? undefined : exampleOf(answer.schema))
  const own: Headers = Object.fromEntries(
    Object.entries(answer.headers ?? {}).map(([name, { about, schema }]) => [
      name,
      { description: about, schema: schemas.of(schema) },
    ]),
  )
  return {
    description: answer.about,
    // An upgrade is answered by the library that upgrades.
    headers: { ...(status === 101 ? {} : headersOf([])), ...own },
    ...(answer.schema === undefined
      ? {}
      : {
          content: {
            "application/json": {
              schema: schemas.of(answer.schema),
              ...(example === undefined ? {} : { example }),
            },
          },
        }),
  }
}

/** By status; the same set of codes is the same component everywhere. */
const refusals = (codes: ReadonlyArray<ProblemCode>, responses: Record<string, Json>): Json => {
  const byStatus: Record<string, Array<ProblemCode>> = {}
  for (const code of codes) (byStatus[problems[code].status] ??= []).push(code)
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, those]) => {
      const name = those.join(".")
      responses[name] ??= refusal(those)
      return [status, { $ref: `#/components/responses/${name}` }]
    }),
  )
}

const refusal = (codes: ReadonlyArray<ProblemCode>): Json => ({
  description: codes
    .map((code) => `[\`${code}\`](/docs/errors/${code}): ${problems[code].title}.`)
    .join("\n\n"),
  headers: headersOf(codes),
  content: {
    "application/problem+json": {
      schema: { $ref: "#/components/schemas/Problem", properties: { code: { enum: codes } } },
      examples: Object.fromEntries(
        codes.map((code) => {
          return [code, { summary: problems[code].title, value: exampleProblemOf(code) }]
        }),
      ),
    },
  },
})
