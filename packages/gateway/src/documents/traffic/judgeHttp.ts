/**
 * Judges what went over HTTP by the OpenAPI document: route, status, headers, body; and the request, when it was accepted.
 *
 * Always true: an answer that the document does not name is a fault, and so is a field that it does not name.
 */
import type { Json } from "../jsonSchemas.ts"
import { closed } from "./closed.ts"
import { matchPath, type PathMatch } from "./matchPath.ts"
import { type MakeValidators, pointerTo } from "./Validators.ts"

export interface Exchange {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** The request's body, when it was text. */
  readonly sent?: string | undefined
  readonly status: number
  readonly headers: { readonly get: (name: string) => string | null }
  /** Empty for a request by HEAD. */
  readonly text: string
}

/** The fault of an exchange, in words; `undefined` when it is as the document says. */
export type JudgeHttp = (exchange: Exchange) => string | undefined

interface Response extends Json {
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, unknown>>
}

const files =
  /^\/(?:$|assets\/|docs(?:\/|$)|[A-Za-z]+\.(?:html|css|js|svg|png|webmanifest)$|openapi\.json$|asyncapi\.json$)/

export const judgeHttp = (document: Json, validators: MakeValidators): JudgeHttp => {
  const strict = validators(closed(document))
  const lenient = validators(document)
  const paths = document["paths"] as Readonly<Record<string, Json>>

  const at = (pointer: string): Json =>
    pointer
      .split("/")
      .slice(1)
      .reduce<Json>((node, key) => node[key.replaceAll("~1", "/").replaceAll("~0", "~")] as Json, document)

  /** Where the response stands, references followed. */
  const resolve = (pointer: string): string => {
    const { $ref } = at(pointer)
    return typeof $ref === "string" ? $ref.slice(1) : pointer
  }

  const judgeProblem = (code: string, { headers, text }: Exchange): string | undefined => {
    if (headers.get("content-type") !== "application/problem+json") return "it is no problem"
    const value = JSON.parse(text) as { readonly code?: unknown }
    return value.code === code
      ? strict("/components/schemas/Problem")(value)
      : `its code is ${String(value.code)}, not ${code}`
  }

  const judgeAnswer = (pointer: string, exchange: Exchange): string | undefined => {
    const response = at(pointer) as Response
    const missing = Object.keys(response.headers ?? {}).find((name) => exchange.headers.get(name) === null)
    if (missing !== undefined) return `the header ${missing} is missing`
    for (const name of Object.keys(response.headers ?? {})) {
      const header = resolve(pointer + pointerTo(["headers", name]))
      const fault = strict(`${header}/schema`)(exchange.headers.get(name))
      if (fault !== undefined) return `the header ${name}: ${fault}`
    }
    if (exchange.method === "HEAD") return undefined
    if (response.content === undefined) return exchange.text === "" ? undefined : "it has a body"
    const type = exchange.headers.get("content-type")?.split(";")[0] ?? "nothing"
    if (!(type in response.content)) return `its content type is ${type}`
    return strict(pointer + pointerTo(["content", type, "schema"]))(JSON.parse(exchange.text))
  }

  /** What was accepted must be what the document says is taken. */
  const judgeRequest = (operation: string, { sent, status, target }: Exchange): string | undefined => {
    if (status >= 300) return undefined
    const { parameters = [], requestBody } = at(operation) as {
      readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string }>
      readonly requestBody?: Json
    }
    const query = new URL(target, "http://parley").searchParams
    for (const [index, { in: place, name }] of parameters.entries()) {
      const given = place === "query" ? query.get(name) : null
      if (given === null) continue
      const fault = lenient(`${operation}/parameters/${index}/schema`)(
        /^\d+$/.test(given) ? Number(given) : given,
      )
      const asText = fault && lenient(`${operation}/parameters/${index}/schema`)(given)
      if (asText !== undefined) return `accepted with ${name}=${given}: ${asText}`
    }
    if (requestBody === undefined || sent === undefined) return undefined
    const fault = lenient(`${operation}/requestBody/content/application~1json/schema`)(JSON.parse(sent))
    return fault === undefined ? undefined : `accepted with another body: ${fault}`
  }

  const judgeUnknown = (exchange: Exchange): string | undefined => {
    const { method, status, target } = exchange
    if (files.test(target.replace(/[?#].*$/, "")) && status !== 404)
      return status === 200 || status === 304 ? undefined : "a file is answered with 200, 304 or 404"
    if (method === "HEAD" && status === 404) return undefined
    if (status === 404) return judgeProblem("not_found", exchange)
    return status === 400 ? judgeProblem("bad_request", exchange) : "the document does not name this path"
  }

  const judgeMatched = ({ operations, template }: PathMatch, exchange: Exchange): string | undefined => {
    const { status } = exchange
    const method = (exchange.method === "HEAD" ? "GET" : exchange.method).toLowerCase()
    if (!operations.includes(method)) {
      if (method === "options") return status === 204 ? undefined : "OPTIONS is answered with 204"
      return status === 405
        ? judgeProblem("method_not_allowed", exchange)
        : "the document does not name this method"
    }
    const operation = pointerTo(["paths", template, method])
    if (!(String(status) in (at(operation)["responses"] as Json)))
      return "the document does not name this status"
    return (
      judgeAnswer(resolve(`${operation}/responses/${status}`), exchange) ?? judgeRequest(operation, exchange)
    )
  }

  return (exchange) => {
    const match = matchPath(paths, exchange.target)
    const fault = match === undefined ? judgeUnknown(exchange) : judgeMatched(match, exchange)
    return fault === undefined
      ? undefined
      : `${exchange.method} ${exchange.target} → ${exchange.status}: ${fault}`
  }
}
