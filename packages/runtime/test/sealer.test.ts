import { createSecretKey, randomBytes } from "node:crypto"
import { describe, expect, it } from "vitest"
import { dataKeyOf } from "../src/keyVault/dataKeyOf.ts"
import { unwrap, wrap } from "../src/keyVault/wrapping.ts"
import { open, seal } from "../src/Sealer.ts"

const ann = dataKeyOf("ann", randomBytes(32))
const bob = dataKeyOf("bob", randomBytes(32))
const place = "cnv_0/msg_0"

describe("sealing", () => {
  it.each(["", "hello", "会议 at 9, señor 👋", "x".repeat(100_000)])(
    "opens what it sealed: %.20s",
    (text) => {
      expect(open(ann, place, seal(ann, place, text))).toBe(text)
    },
  )
  it("names the owner and shows nothing of the text", () => {
    const sealed = seal(ann, place, "hello")
    expect(sealed.owner).toBe("ann")
    expect(Buffer.from(sealed.box, "base64")).toHaveLength(12 + 5 + 16)
    expect(Buffer.from(sealed.box, "base64").includes("hello")).toBe(false)
  })
  it("opens with no other key", () => {
    expect(open(bob, place, seal(ann, place, "hello"))).toBeUndefined()
  })
  it("opens at no other place", () => {
    expect(open(ann, "cnv_0/msg_1", seal(ann, place, "hello"))).toBeUndefined()
  })
  it("opens nothing once any byte of the box has changed", () => {
    const bytes = Buffer.from(seal(ann, place, "hello").box, "base64")
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ 1
      expect(open(ann, place, { owner: "ann", box: changed.toString("base64") })).toBeUndefined()
    }
  })
  it.each(["", "AAAA", "not base64 at all", "A".repeat(36)])("opens nothing that is no box: %s", (box) => {
    expect(open(ann, place, { owner: "ann", box })).toBeUndefined()
  })
  it("uses each nonce once", () => {
    const nonces = Array.from({ length: 5_000 }, () => seal(ann, place, "").box.slice(0, 16))
    expect(new Set(nonces).size).toBe(nonces.length)
  })
})

describe("wrapping data keys", () => {
  const master = createSecretKey(randomBytes(32))
  const material = randomBytes(32)
  it("unwraps for the owner with the master key", () => {
    expect(unwrap(master, "ann", wrap(master, "ann", material))?.equals(material)).toBe(true)
  })
  it("unwraps for no other owner and with no other master key", () => {
    const wrapped = wrap(master, "ann", material)
    expect(unwrap(master, "bob", wrapped)).toBeUndefined()
    expect(unwrap(createSecretKey(randomBytes(32)), "ann", wrapped)).toBeUndefined()
    expect(unwrap(master, "ann", wrapped.subarray(0, 20))).toBeUndefined()
  })
})
