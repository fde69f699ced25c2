import { expect, it } from "vitest"
import { mentionsOf } from "../../src/push/mentions.ts"

const found = (text: string, metadata?: Record<string, unknown>) =>
  [...mentionsOf({ text, ...(metadata === undefined ? {} : { metadata }) })].sort()

it("people are mentioned by an @ before their id, at the start of a word", () => {
  expect(found("@ann and (@bob): look")).toEqual(["ann", "bob"])
  expect(found("mail ann@example.org, not @")).toEqual([])
})

it("a full stop after an id may belong to it or not", () => {
  expect(found("ask @ann.")).toEqual(["ann", "ann."])
})

it("people are mentioned by metadata.mentions, and what is no list of ids mentions nobody", () => {
  expect(found("", { mentions: ["ann", 7, "bob"] })).toEqual(["ann", "bob"])
  expect(found("", { mentions: "ann" })).toEqual([])
})

it("fifty people at most are mentioned by one message", () => {
  const mentions = Array.from({ length: 80 }, (_, n) => `user-${n}`)
  expect(mentionsOf({ text: "@one @two", metadata: { mentions } }).size).toBe(50)
})
