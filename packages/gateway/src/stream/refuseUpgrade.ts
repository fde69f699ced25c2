/** The HTTP answer to an upgrade that is refused: a proper problem, on a socket that is then closed. */
import { randomUUID } from "node:crypto"
import type { Duplex } from "node:stream"
import { type ProblemCode, problem } from "@parley/domain/wire/problem"

export interface Refusal {
  readonly code: ProblemCode
  readonly detail?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
}

export const refuseUpgrade = (
  socket: Duplex,
  { code, detail, headers = {}, retryAfterMs }: Refusal,
): void => {
  const body = problem(code, {
    requestId: `req_${randomUUID()}`,
    instance: "/v1/stream",
    ...(detail === undefined ? {} : { detail }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
  const text = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${body.status} ${reasons[body.status] ?? body.title}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Connection: close",
    "Cache-Control: no-store",
    `X-Request-Id: ${body.request_id}`,
  ]
  if (body.status === 401) lines.push('WWW-Authenticate: Bearer realm="parley"')
  if (body.status === 426) lines.push("Upgrade: websocket", "Sec-WebSocket-Version: 13")
  if (retryAfterMs !== undefined) lines.push(`Retry-After: ${Math.ceil(retryAfterMs / 1_000)}`)
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  socket.once("finish", () => socket.destroy())
  socket.end(`${lines.join("\r\n")}\r\n\r\n${text}`)
}
