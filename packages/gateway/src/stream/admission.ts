/**
 * Who may open a stream: everything that is checked before an upgrade is accepted (protocol, section 2).
 *
 * Always true: it only looks. A token is used up afterwards, by the one connection that comes of it.
 */
import type { IncomingMessage } from "node:http"

export const STREAM_PATH = "/v1/stream"
export const SUBPROTOCOL = "parley.v1"

export type Look =
  | { readonly _tag: "Token"; readonly token: string }
  | { readonly _tag: "OtherPath" }
  | { readonly _tag: "NoHandshake" }
  | { readonly _tag: "OtherVersion" }
  | { readonly _tag: "ForbiddenOrigin" }
  | { readonly _tag: "NoToken" }

/** @param allowedOrigins exact; empty: only the server's own. */
export const lookAt = (request: IncomingMessage, allowedOrigins: ReadonlyArray<string>): Look => {
  const url = urlOf(request)
  if (url?.pathname !== STREAM_PATH) return { _tag: "OtherPath" }
  if (url.searchParams.getAll("v").join() !== "1") return { _tag: "OtherVersion" }
  if (!isHandshake(request)) return { _tag: "NoHandshake" }
  if (!allowsOrigin(request, allowedOrigins)) return { _tag: "ForbiddenOrigin" }
  const token = tokenOf(request)
  return token === undefined ? { _tag: "NoToken" } : { _tag: "Token", token }
}

const urlOf = (request: IncomingMessage): URL | undefined => {
  const url = request.url ?? ""
  return url.startsWith("/") && URL.canParse(url, "http://stream") ? new URL(url, "http://stream") : undefined
}

/** What `ws` would refuse after the token had been used up. */
const isHandshake = ({ headers, method }: IncomingMessage): boolean =>
  method === "GET" &&
  headers.upgrade?.toLowerCase() === "websocket" &&
  headers["sec-websocket-version"] === "13" &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "") &&
  offered(headers["sec-websocket-protocol"]) !== undefined

/** Only browsers send an origin. One that is no URL (`null`) is nobody's. */
const allowsOrigin = ({ headers }: IncomingMessage, allowed: ReadonlyArray<string>): boolean => {
  const { host, origin } = headers
  if (origin === undefined) return true
  if (allowed.length > 0) return allowed.includes(origin)
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()
}

const tokenOf = ({ headers }: IncomingMessage): string | undefined => {
  const bearer = /^bearer +([^ ]+)$/i.exec(headers.authorization ?? "")?.[1]
  if (bearer !== undefined) return bearer
  return offered(headers["sec-websocket-protocol"])
    ?.find((protocol) => protocol.startsWith("bearer."))
    ?.slice("bearer.".length)
}

/** The subprotocols offered; `undefined` when the header is not a list of distinct tokens. */
const offered = (header: string | undefined): ReadonlyArray<string> | undefined => {
  if (header === undefined) return []
  const names = header.split(",").map((name) => name.trim())
  const proper = names.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name))
  return proper && new Set(names).size === names.length ? names : undefined
}
