/** Whose address a request counts for. */
import { describe, expect, it } from "vitest"
import { callerAddress, isProxy } from "../../src/limits/callerAddress.ts"

const from = (proxies: ReadonlyArray<string>, remoteAddress: string, forwarded?: string): string =>
  callerAddress(proxies)({
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
    socket: { remoteAddress } as never,
  })

describe("X-Forwarded-For", () => {
  it("is believed from nobody unless configured", () => {
    expect(from([], "203.0.113.9", "192.0.2.1")).toBe("203.0.113.9")
    expect(from(["10.0.0.0/8"], "203.0.113.9", "192.0.2.1")).toBe("203.0.113.9")
  })

  it("is read from its end, up to the first address that is no trusted proxy", () => {
    const proxies = ["10.0.0.0/8", "203.0.113.9"]
    expect(from(proxies, "203.0.113.9", "192.0.2.1")).toBe("192.0.2.1")
    expect(from(proxies, "203.0.113.9", "1.1.1.1, 192.0.2.1, 10.3.2.1")).toBe("192.0.2.1")
    expect(from(proxies, "::ffff:203.0.113.9", " 192.0.2.1 ,10.3.2.1")).toBe("192.0.2.1")
  })

  it("that holds something else ends where it does", () => {
    expect(from(["10.0.0.1"], "10.0.0.1", "192.0.2.1, unknown")).toBe("10.0.0.1")
    expect(from(["10.0.0.1"], "10.0.0.1")).toBe("10.0.0.1")
  })
})

it("an IPv6 address counts as its /64, an IPv4 one in its clothes as itself", () => {
  expect(from([], "2001:db8:0:1:aaaa::1")).toBe("2001:db8:0:1::/64")
  expect(from([], "2001:db8:0:1:bbbb:0:0:2")).toBe("2001:db8:0:1::/64")
  expect(from([], "2001:db8::1")).toBe("2001:db8:0:0::/64")
  expect(from([], "::1")).toBe("0:0:0:0::/64")
  expect(from([], "fe80::1%eth0")).toBe("fe80:0:0:0::/64")
  expect(from([], "::ffff:192.0.2.7")).toBe("192.0.2.7")
  expect(from(["2001:db8::/32"], "2001:db8::5", "192.0.2.1")).toBe("192.0.2.1")
})

it("an address or a network with its prefix can be trusted, nothing else", () => {
  expect(["10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"].every(isProxy)).toBe(true)
  const not = ["", "proxy.example", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/8/8", "10.0.0.0/x", "::/129"]
  expect(not.some(isProxy)).toBe(false)
})
