import { describe, expect, it } from "vitest"
import { macOf } from "../src/BodyMac.ts"
import { dataKeyOf } from "../src/keyVault/dataKeyOf.ts"

const ann = dataKeyOf("ann", Buffer.alloc(32, 1))
const bob = dataKeyOf("bob", Buffer.alloc(32, 2))

describe("the MAC of a body", () => {
  it("is the same for the same text and person, in any process", () => {
    expect(macOf(ann, "hello")).toBe(macOf(dataKeyOf("ann", Buffer.alloc(32, 1)), "hello"))
    // Stands in stored events: another derivation would make every resend of an old message a mismatch.
    expect(macOf(ann, "hello")).toBe("BpbmwOiXw_S2Ll8KdiyeiQ")
  })
  it("differs for another text and for another person", () => {
    expect(macOf(ann, "hello")).not.toBe(macOf(ann, "hello "))
    expect(macOf(ann, "hello")).not.toBe(macOf(bob, "hello"))
  })
  it("is 16 bytes of base64url", () => {
    expect(macOf(ann, "会议")).toMatch(/^[A-Za-z0-9_-]{22}$/)
  })
})
