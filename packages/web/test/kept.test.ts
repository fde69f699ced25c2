import { expect, it } from "vitest"
import { keptIn } from "../src/session/kept.ts"

it("what a browser refuses to keep is there until the page is closed", () => {
  const kept = keptIn(() => {
    throw new DOMException("Access is denied for this document.", "SecurityError")
  })
  expect(kept.get("draft")).toBe(undefined)
  kept.set("draft", "hello")
  expect(kept.get("draft")).toBe("hello")
  kept.set("draft", undefined)
  expect(kept.get("draft")).toBe(undefined)
})

it("what a full storage takes no more is there all the same, and the older text is not", () => {
  let full = false
  const values = new Map<string, string>()
  const storage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new DOMException("Full.", "QuotaExceededError")
      values.set(key, value)
    },
    removeItem: (key: string) => values.delete(key),
  } as unknown as Storage
  const kept = keptIn(() => storage)
  kept.set("draft", "short")
  full = true
  kept.set("draft", "much longer")
  expect(kept.get("draft")).toBe("much longer")
  full = false
  kept.set("draft", "short again")
  expect([kept.get("draft"), values.get("draft")]).toEqual(["short again", "short again"])
})
