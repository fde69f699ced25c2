import { findForbidden, jsonDepth, mayHoldForbidden } from "@parley/domain/wire/text"
import { describe, expect, it } from "vitest"

describe("the depth of JSON text", () => {
  it.each([
    ["1", 0],
    ['"[[["', 0],
    ["{}", 1],
    ["[[],[[]]]", 3],
    ['{"a":[{"b":1}]}', 3],
    ['{"a\\"[[":["\\\\",["]"]]}', 3],
    ['["\\\\\\"[[["]', 1],
  ])("of %s is %i", (text, depth) => {
    expect(jsonDepth(text)).toBe(depth)
  })

  it("stops counting once it is enough", () => {
    expect(jsonDepth("[".repeat(32), 32)).toBe(32)
    expect(jsonDepth("[".repeat(50_000), 32)).toBe(33)
  })

  it("comes to an end on text that is no JSON", () => {
    expect(jsonDepth('["')).toBe(1)
    expect(jsonDepth("]]][")).toBe(0)
    expect(jsonDepth('"' + "\\".repeat(100_001))).toBe(0)
  })
})

describe("forbidden text", () => {
  const nul = "a\0b"
  it.each<[string, unknown, string | undefined]>([
    ["nowhere", { a: ["b", 1, null, true, "\ud83d\ude00"] }, undefined],
    ["a NUL", { payload: { text: nul } }, "payload.text"],
    ["a lone high surrogate", { a: [0, { b: "x\ud83d" }] }, "a.1.b"],
    ["a lone low surrogate", { a: "\ude00x" }, "a"],
    ["in a key", { a: { "\ud83d": 1 } }, "a"],
    ["in a key beside good ones", { a: { ok: "1", [nul]: 1 } }, "a"],
    ["the value itself", nul, ""],
    ["the first of several", { a: "ok", b: nul, c: nul }, "b"],
  ])("%s", (_, value, path) => {
    expect(findForbidden(value)).toBe(path)
  })

  it("under __proto__ is found like any other", () => {
    expect(findForbidden(JSON.parse('{"__proto__":{"a":"\\u0000"}}'))).toBe("__proto__.a")
  })

  it("is found at any depth without a deep stack", () => {
    let value: unknown = nul
    for (let i = 0; i < 200_000; i++) value = [value]
    expect(findForbidden(value)?.split(".")).toHaveLength(200_000)
  })

  it("can be in a value only when its text has an escape", () => {
    expect(mayHoldForbidden(JSON.stringify({ a: "\0" }))).toBe(true)
    expect(mayHoldForbidden(JSON.stringify({ a: "\ud83d" }))).toBe(true)
    expect(mayHoldForbidden(JSON.stringify({ a: "plain \u{1f600}\n" }))).toBe(false)
  })
})
