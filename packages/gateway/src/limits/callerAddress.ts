/**
 * Where a request comes from, for what is counted by address.
 *
 * Always true: `X-Forwarded-For` is believed only as far as proxies named in `PARLEY_TRUSTED_PROXIES` wrote it: read from its end, the
 * first address that is no such proxy is the caller's. Who writes one himself is counted under his own address. An IPv6 address stands
 * for its /64, of which one person has 2^64.
 */
import { BlockList, isIP, isIPv6 } from "node:net"
import type { IncomingMessage } from "node:http"

/** An address, or one with the length of its prefix: `10.0.0.0/8`. */
export const isProxy = (text: string): boolean => {
  const [address = "", prefix, ...rest] = text.split("/")
  const version = isIP(address)
  return (
    version !== 0 &&
    rest.length === 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)))
  )
}

export type CallerAddress = (request: Pick<IncomingMessage, "headers" | "socket">) => string

/** @param proxies as `isProxy` says. */
export const callerAddress = (proxies: ReadonlyArray<string>): CallerAddress => {
  const trusted = new BlockList()
  for (const proxy of proxies) {
    const [address = "", prefix] = proxy.split("/")
    const type = isIPv6(address) ? "ipv6" : "ipv4"
    if (prefix === undefined) trusted.addAddress(address, type)
    else trusted.addSubnet(address, Number(prefix), type)
  }
  const isTrusted = (address: string): boolean => trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4")
  return ({ headers, socket }) => {
    let address = plain(socket.remoteAddress ?? "")
    if (proxies.length > 0) {
      const hops = String(headers["x-forwarded-for"] ?? "").split(",")
      while (hops.length > 0 && isIP(address) !== 0 && isTrusted(address)) {
        const before = plain(hops.pop()!.trim())
        if (isIP(before) === 0) break
        address = before
      }
    }
    return isIPv6(address) ? network(address) : address
  }
}

/** An IPv4 address in IPv6's clothes is one. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "")

/** The /64 that it is in. */
const network = (address: string): string => {
  const [head = "", tail] = address.split("%")[0]!.split("::")
  const groups = head === "" ? [] : head.split(":")
  const after = tail === undefined || tail === "" ? [] : tail.split(":")
  const missing = tail === undefined ? 0 : 8 - groups.length - after.length - (tail.includes(".") ? 1 : 0)
  const all = [...groups, ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...after]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`
}
