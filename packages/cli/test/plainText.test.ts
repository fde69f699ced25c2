import { expect, it } from "vitest"
import { plainText } from "../src/tail/plainText.ts"

it("leaves what people write in any script as it is", () => {
  for (const text of ["Soup & salad", "会议", "שלום", "👩‍🍳 é"]) expect(plainText(text)).toBe(text)
})

it("shows line breaks, and names whatever could move, colour or turn a terminal's text", () => {
  expect(plainText("a\r\nb\nc\u2028d")).toBe("a ⏎ b ⏎ c ⏎ d")
  expect(plainText("\u001b[2J\u0007\u009b1m\u202egnp.exe")).toBe("\\u001b[2J\\u0007\\u009b1m\\u202egnp.exe")
})

it("lets no control character through, of all there are", () => {
  const every = Array.from({ length: 0xd800 }, (_, code) => String.fromCharCode(code)).join("")
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  expect(plainText(every)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/)
})
