import { decodeEvent, encodeEvent } from "@parley/domain/conversation/codec"
import type { ConversationEvent } from "@parley/domain/conversation/events"
import {
  type StoredEvent,
  UnreadableEvent,
  decodeMetadata,
  encodeMetadata,
  versionOf,
} from "@parley/domain/StoredEvent"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

interface Fixture {
  readonly stored: StoredEvent
  readonly event: ConversationEvent
}
const fixture = <A>(name: string): A =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8")) as A

const current = fixture<ReadonlyArray<Fixture>>("conversation-events")
const memberAddedV1 = fixture<Fixture>("member-added-v1")
const [, message] = current
const sent = message!.stored

describe("what stands on disk", () => {
  it.each(current)("is written to the letter as it always was: $stored.type", ({ stored, event }) => {
    expect(encodeEvent(event, { actor: "ann", correlation: "req-1" })).toEqual(stored)
  })

  it.each(current)("is read as what it was: $stored.type", ({ stored, event }) => {
    expect(decodeEvent(stored)).toEqual(event)
  })

  it("in version 1 of MemberAdded, with one member and no list, is read in today's shape", () => {
    expect(decodeEvent(memberAddedV1.stored)).toEqual(memberAddedV1.event)
  })

  it("with fields that this version does not know is read without them", () => {
    const data = sent.data.replace("{", '{"later":1,"__proto__":{"ts":1},')
    expect(decodeEvent({ ...sent, data })).toEqual(message!.event)
  })
})

describe("an event that cannot be read says so", () => {
  const meta = (v: number) => sent.metadata.replace('"v":1', `"v":${v}`)
  it.each<[string, Partial<StoredEvent>]>([
    ["an unknown type", { type: "MessageWhispered" }],
    ["the name of a property of every object as type", { type: "constructor" }],
    ["a newer version", { metadata: meta(2) }],
    ["a version of two digits", { metadata: meta(12) }],
    ["a version that never was", { metadata: meta(0) }],
    ["metadata that is no JSON", { metadata: "v1" }],
    ["metadata without a version", { metadata: "{}" }],
    ["data that is no JSON", { data: "{" }],
    ["data that is null", { data: "null" }],
    ["data that is a list", { data: "[]" }],
    ["data without a ts", { data: sent.data.replace('"ts":1790000000001,', "") }],
    ["a fractional ts", { data: sent.data.replace('"ts":1790000000001,', '"ts":1.5,') }],
    ["an ill-formed user", { data: sent.data.replace('"sender":"ann"', '"sender":"a n n"') }],
  ])("%s", (_, broken) => {
    expect(() => decodeEvent({ ...sent, ...broken })).toThrow(UnreadableEvent)
  })

  it("without saying what stood there", () => {
    try {
      decodeEvent({ ...sent, data: sent.data.replace('"box":"aGVsbG8="', '"box":["secret"]') })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        type: "MessageSent",
        reason: "the data does not have the shape of its type",
      })
      expect(JSON.stringify(error)).not.toContain("secret")
    }
  })
})

describe("metadata", () => {
  it("keeps actor, causation, correlation and trace context", () => {
    const trail = { actor: "ann", correlation: "req", causation: "evt", traceparent: "00-ab-cd-01" }
    expect(decodeMetadata({ type: "T", metadata: encodeMetadata(3, 7, trail) })).toEqual({
      v: 3,
      ts: 7,
      ...trail,
    })
  })

  it("of a request from outside names the request as its cause, and no trace where there is none", () => {
    const metadata = encodeMetadata(1, 7, { actor: "ann", correlation: "req" })
    expect(decodeMetadata({ type: "T", metadata })).toEqual({
      v: 1,
      actor: "ann",
      causation: "req",
      correlation: "req",
      ts: 7,
    })
  })

  it("yields its version whoever wrote it", () => {
    expect(
      versionOf({ type: "T", data: "", metadata: encodeMetadata(9, 7, { actor: "a", correlation: "c" }) }),
    ).toBe(9)
    const foreign = { ts: 1, actor: "a", causation: "c", correlation: "c", v: 11 }
    expect(versionOf({ type: "T", data: "", metadata: JSON.stringify(foreign) })).toBe(11)
  })
})
