/**
 * The HTTP half of a gateway: routes, files, and the one way in which a request becomes an answer.
 *
 * Always true: every request gets exactly one answer and a request id; what fails becomes a problem, what breaks becomes `internal` and
 * a line in the log.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { preciseNow } from "@parley/runtime/telemetry/Histogram"
import { isTraceparent, Spans } from "@parley/runtime/telemetry/Spans"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as FindMyWay from "effect/http/FindMyWay"
import type * as Scope from "effect/Scope"
import type { Config } from "../Config.ts"
import { documentFiles } from "../documents/documentFiles.ts"
import { callerAddress } from "../limits/callerAddress.ts"
import type { RateLimiter } from "../limits/RateLimiter.ts"
import { problemOf, type Refused, refuse } from "../problems.ts"
import { StreamServer } from "../stream/StreamServer.ts"
import { type Answer, write } from "./Answer.ts"
import type { Needs, Route, Shared } from "./Api.ts"
import { type Call, freshRequestId } from "./Call.ts"
import { findFiles, serveFile } from "./files.ts"
import { gateOf } from "./limited.ts"
import { routes } from "./routes.ts"

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const
/** How long what a refused caller still sends is thrown away, so that he can read the answer, before he is cut off. */
const lingerMs = 2_000

const isText = (value: unknown): value is string => typeof value === "string"

/** Milliseconds since 1970, finer than one; W3C trace context, of the request's own span where it is traced. */
interface Received {
  readonly receivedAt: number
  readonly traceparent?: string
}

const traceparentOf = ({ headers: { traceparent } }: IncomingMessage): string | undefined =>
  isTraceparent(traceparent) ? traceparent : undefined

/** The path and query of a request; `undefined` for what cannot be decoded. */
const addressOf = (request: IncomingMessage): URL | undefined => {
  const target = request.url ?? "/"
  if (!target.startsWith("/") || !URL.canParse(`http://parley${target}`)) return undefined
  const url = new URL(`http://parley${target}`)
  try {
    decodeURIComponent(url.pathname)
  } catch {
    return undefined
  }
  return url
}

const corsHeaders = (request: IncomingMessage, allowed: ReadonlySet<string>): Record<string, string> => {
  const { origin } = request.headers
  if (origin === undefined || !allowed.has(origin)) return allowed.size === 0 ? {} : { vary: "origin" }
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-headers": "authorization, content-type, idempotency-key, traceparent",
    "access-control-allow-methods": methods.join(", "),
    "access-control-expose-headers": "retry-after, ratelimit, ratelimit-policy, x-request-id",
    "access-control-max-age": "600",
    vary: "origin",
  }
}

/** Closing at once would reset the connection, and the answer with it. */
const linger = (request: IncomingMessage): void => {
  request.resume()
  const cut = setTimeout(() => request.destroy(), lingerMs)
  request.once("close", () => clearTimeout(cut))
}

/** The listener for a node HTTP server; its fibers end with the scope. */
export const makeListener = Effect.fnUntraced(function* (
  config: Pick<Config, "limits" | "allowedOrigins" | "devLogin" | "trustedProxies">,
  limiter: RateLimiter,
): Effect.fn.Return<RequestListener, never, Needs | Scope.Scope> {
  const router = FindMyWay.make<Route>({ maxParamLength: 256 })
  for (const route of routes) router.on(route.method, route.path, route)
  const clock = yield* Clock.Clock
  const shared: Shared = { limits: config.limits, limiter, now: () => clock.currentTimeMillisUnsafe() }
  const files = new Map([...findFiles(), ...documentFiles(routes, config)])
  const addressBehind = callerAddress(config.trustedProxies)
  const allowedOrigins = new Set(config.allowedOrigins)
  const fork = yield* FiberSet.makeRuntime<Needs>()
  const { meters } = (yield* StreamServer).counters
  const spans = yield* Spans
  /** The route, so that no id of a path becomes an attribute. */
  const templateOf = (asked: string | undefined, path: string | undefined): string => {
    const method = methods.find((one) => one === asked)
    return (method && path && router.find(method, path)?.handler.path) ?? "other"
  }

  const route = (
    request: IncomingMessage,
    requestId: string,
    url: URL,
    received: Received,
  ): Effect.Effect<Answer, Refused, Needs> => {
    const path = url.pathname
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET")
    const found = router.find(method, path)
    if (found !== undefined) {
      const params = Object.fromEntries(Object.entries(found.params).filter(([, value]) => isText(value)))
      const gate = gateOf(shared, addressBehind(request))
      const query = url.searchParams
      const call = { request, gate, requestId, path, query, params, ...received } as Call
      return found.handler.handle(call, shared)
    }
    const allowed = methods.filter((other) => router.find(other, path) !== undefined)
    if (allowed.length > 0) {
      const head = allowed.includes("GET") ? ["HEAD"] : []
      const allow = { allow: [...allowed, ...head, "OPTIONS"].join(", ") }
      return method === "OPTIONS"
        ? Effect.succeed({ status: 204, headers: allow })
        : Effect.fail(refuse("method_not_allowed", undefined, { headers: allow }))
    }
    const file = method === "GET" ? serveFile(files, path, request) : undefined
    return file === undefined
      ? Effect.fail(refuse("not_found", "There is nothing under this address."))
      : Effect.succeed(file)
  }

  const failed = (refused: Refused, requestId: string, instance: string): Answer => {
    const { body, headers } = problemOf(refused, { requestId, instance })
    return { status: body.status, body, contentType: "application/problem+json", headers }
  }

  return (request: IncomingMessage, response: ServerResponse) => {
    const receivedAt = preciseNow()
    const requestId = freshRequestId()
    const url = addressOf(request)
    const parent = traceparentOf(request)
    const span = spans?.start({
      ...{ name: "http.request", kind: "server", startedAt: receivedAt, parent },
      attributes: {
        "http.request.method": methods.find((one) => one === request.method) ?? "_OTHER",
        "http.route": templateOf(request.method, url?.pathname),
        "parley.request": requestId,
      },
    })
    const traceparent = span?.traceparent ?? parent
    const received = { receivedAt, ...(traceparent === undefined ? {} : { traceparent }) }
    const answering =
      url === undefined
        ? Effect.succeed(failed(refuse("bad_request", "The address cannot be read."), requestId, "/"))
        : route(request, requestId, url, received).pipe(
            Effect.catch((refused) => Effect.succeed(failed(refused, requestId, url.pathname))),
            Effect.catchCause((cause) =>
              Effect.as(
                Effect.annotateLogs(Effect.logError("a request broke", cause), { requestId }),
                failed(refuse("internal"), requestId, url.pathname),
              ),
            ),
          )
    fork(
      Effect.map(span === undefined ? answering : span.around(answering), (answer) => {
        meters.answered(answer.status, receivedAt)
        span?.end({
          attributes: { "http.response.status_code": answer.status },
          ...(answer.status < 500 ? {} : { failed: "server error" }),
        })
        if (response.destroyed) return
        const headers = {
          "x-request-id": requestId,
          ...corsHeaders(request, allowedOrigins),
          ...answer.headers,
        }
        write(response, { ...answer, headers }, request.method === "HEAD")
        if (!request.complete) response.once("finish", () => linger(request))
      }),
    )
  }
})
