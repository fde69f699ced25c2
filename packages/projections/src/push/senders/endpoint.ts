/**
 * Whether the address of a subscription may be asked at all, as far as its text tells. Names are judged when they are looked up
 * (`publicAddress.ts`).
 */
import { isIP } from "node:net"
import { isPublicAddress } from "./publicAddress.ts"

export interface EndpointRules {
  /** This machine and private networks too, and plain http to this machine: for tests, and push services of one's own. */
  readonly privateEndpoints: boolean
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"])

/** The URL, or the reason why it is refused: a phrase without the address. */
export const allowedEndpoint = (endpoint: string, { privateEndpoints }: EndpointRules): URL | string => {
  if (!URL.canParse(endpoint)) return "the endpoint is no URL"
  const url = new URL(endpoint)
  if (url.username !== "" || url.password !== "") return "the endpoint holds a password"
  if (privateEndpoints) {
    const plain = url.protocol === "http:" && loopback.has(url.hostname)
    return url.protocol === "https:" || plain ? url : "the endpoint is not https"
  }
  if (url.protocol !== "https:") return "the endpoint is not https"
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "")
  const isPrivate = isIP(host) === 0 ? !host.includes(".") || loopback.has(host) : !isPublicAddress(host)
  return isPrivate ? "the endpoint is a private address" : url
}
