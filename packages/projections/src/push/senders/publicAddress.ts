/**
 * Which addresses a push service may have: a subscription's endpoint is written by a client, and the server goes there.
 *
 * Always true: a name is judged by the address that the socket then connects to, so a name that changes between asking and connecting
 * gains nothing. What is private, local, or translated into such an address is no push service.
 */
import { lookup, type LookupAddress, type LookupOptions } from "node:dns"
import { BlockList, isIP } from "node:net"

// Two lists: in one, the net of IPv4 written as IPv6 would hold every IPv4 address.
const closed = { 4: new BlockList(), 6: new BlockList() }
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  closed[4].addSubnet(net, bits, "ipv4")
for (const [net, bits] of [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const)
  closed[6].addSubnet(net, bits, "ipv6")

export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address)
  if (family === 4) return !closed[4].check(address, "ipv4")
  return family === 6 && !closed[6].check(address, "ipv6")
}

/** The name leads somewhere that no push service is. */
export class PrivateAddress extends Error {}

type Found = (error: Error | null, address: string | Array<LookupAddress>, family?: number) => void

/** Node's `lookup`, but that one private address spoils the name. */
export const publicLookup = (host: string, options: LookupOptions, found: Found): void =>
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return found(error, [])
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return found(new PrivateAddress("the name leads to a private address"), [])
    if (options.all === true) return found(null, addresses)
    const first = addresses[0]!
    return found(null, first.address, first.family)
  })
