import { isPublicAddress, PrivateAddress, publicLookup } from "@parley/projections/push/senders/publicAddress"
import { expect, it } from "vitest"

it.each(["8.8.8.8", "172.217.16.10", "172.15.255.255", "2a00:1450:4001::1", "2001:4860:4860::8888"])(
  "a push service may have the address %s",
  (address) => expect(isPublicAddress(address)).toBe(true),
)

it.each([
  ...["0.0.0.0", "10.1.2.3", "100.64.1.1", "127.0.0.1", "127.1.2.3", "169.254.169.254", "172.16.0.1"],
  ...["172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1", "255.255.255.255"],
  ...["::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:a00:1::", "fc00::1"],
  ...["fd12::1", "fe80::1", "ff02::1", "2001:db8::1", "no address", ""],
])("no push service has the address %s", (address) => expect(isPublicAddress(address)).toBe(false))

it("a name that leads to a private address is not looked up for anybody", async () => {
  const found = await new Promise((resolve) => publicLookup("localhost", {}, resolve))
  expect(found).toBeInstanceOf(PrivateAddress)
})
