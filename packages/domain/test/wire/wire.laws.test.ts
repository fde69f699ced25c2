import { frameEventId } from "@parley/domain/ids"
import { canonicalBody, canonicalJson } from "@parley/domain/wire/canonical"
import { decoder } from "@parley/domain/wire/decode"
import { clientFrames } from "@parley/domain/wire/clientFrames"
import { encodeFrame, sealedFields } from "@parley/domain/wire/frame"
import type { MessageBody } from "@parley/domain/wire/MessageBody"
import { decodeContent, encodeContent, encodeEdit, withEdit } from "@parley/domain/wire/MessageContent"
import { readClientFrame } from "@parley/domain/wire/readClientFrame"
import { EventFrame } from "@parley/domain/wire/serverFrames"
import { findForbidden, jsonDepth, mayHoldForbidden } from "@parley/domain/wire/text"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { id, messageId } from "../conversation/given.ts"
import { history } from "../conversation/histories.ts"

const json = fc.jsonValue({ maxDepth: 4 })
const object = fc.dictionary(fc.string(), json, { maxKeys: 4, noNullPrototype: true })
const body: fc.Arbitrary<MessageBody> = fc.record(
  {
    text: fc.string({ unit: "binary" }),
    media: fc.array(fc.constantFrom("med_1", "med_2"), { maxLength: 3 }),
    reply_to_message_id: fc.nat(9).map(messageId),
    thread_root_id: fc.nat(9).map(messageId),
    ciphertext: fc.string(),
    metadata: object,
  },
  { requiredKeys: [] },
)

/** The same JSON value with the keys of every object in another order. */
const shuffled = (value: unknown, seed: number): unknown => {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed))
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, shuffled(item, seed)] as const)
  const by = (key: string): number => [...key].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) ^ seed, seed)
  entries.sort(([a], [b]) => by(a) - by(b))
  return Object.fromEntries(entries)
}

const decodeEventFrame = decoder(EventFrame)

it("every event's frame is what the schemas say, with the event's id and number, and the plaintexts as they were", () => {
  fc.assert(
    fc.property(history, body, ({ events }, { text, ciphertext, metadata }) => {
      const content = JSON.parse(JSON.stringify({ text, ciphertext, metadata })) as MessageBody
      const plaintext = { body: encodeContent(content), name: "name", topic: "topic", metadata: "{}" }
      for (const [seq, event] of events.entries()) {
        const said = event._tag === "MessageEdited" ? { body: encodeEdit(text ?? "text") } : plaintext
        const opened = Object.fromEntries(
          sealedFields(event).map(([field]) => [field, { ...plaintext, ...said }[field]]),
        )
        const frame: unknown = JSON.parse(encodeFrame({ conversation: id, seq, event, opened }))
        expect(decodeEventFrame(frame)).toEqual({ _tag: "Decoded", value: frame })
        expect(frame).toMatchObject({ id: frameEventId(id, seq), conversation_id: id, seq })
        if (event._tag === "MessageSent") expect(frame).toMatchObject({ payload: content })
        if (event._tag === "MessageEdited") expect(frame).toMatchObject({ payload: { text: text ?? "text" } })
        const nothing: unknown = JSON.parse(encodeFrame({ conversation: id, seq, event, opened: {} }))
        expect(decodeEventFrame(nothing)).toEqual({ _tag: "Decoded", value: nothing })
      }
    }),
  )
})

it("an edit replaces the text of a content and nothing else of it", () => {
  fc.assert(
    fc.property(body, fc.string(), ({ text, ciphertext, metadata }, other) => {
      const content = JSON.parse(JSON.stringify({ text, ciphertext, metadata })) as MessageBody
      const edited = withEdit(encodeContent(content), encodeEdit(other))
      expect(JSON.parse(edited)).toEqual({ ...content, text: other })
    }),
  )
})

it("a message's content survives sealing", () => {
  fc.assert(
    fc.property(body, ({ text, ciphertext, metadata }) => {
      const content = JSON.parse(JSON.stringify({ text, ciphertext, metadata })) as MessageBody
      expect(decodeContent(encodeContent(content))).toEqual(content)
    }),
  )
})

it("canonical text does not depend on the order of keys", () => {
  fc.assert(
    fc.property(body, fc.integer(), (one, seed) => {
      expect(canonicalBody(shuffled(one, seed) as MessageBody)).toBe(canonicalBody(one))
    }),
  )
})

it("canonical text is JSON of the same value, so that different bodies have different texts", () => {
  fc.assert(
    fc.property(body, (one) => {
      expect(JSON.parse(canonicalBody(one))).toEqual(JSON.parse(JSON.stringify(one)))
    }),
  )
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

it("canonical text without metadata is the one that the general way writes", () => {
  fc.assert(
    fc.property(body, ({ metadata: _metadata, ...one }) => {
      expect(canonicalBody(one)).toBe(canonicalJson(one))
    }),
  )
})

it("canonical text leaves out fields that a body does not have", () => {
  fc.assert(
    fc.property(body, (one) => {
      expect(canonicalBody({ ...one, colour: "red" } as MessageBody)).toBe(canonicalBody(one))
    }),
  )
})

const depth = (value: unknown): number =>
  typeof value !== "object" || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depth))

it("the depth of text is the depth of what it parses to", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 2), (value, indent) => {
      expect(jsonDepth(JSON.stringify(value, undefined, indent))).toBe(depth(value))
    }),
  )
})

it("text without an escape holds nothing forbidden, and forbidden text is found wherever it stands", () => {
  const strings = fc.string({ unit: fc.constantFrom("a", "\0", "\ud83d", "\ude00", "\u{1f600}", "\\", '"') })
  fc.assert(
    fc.property(fc.object({ key: strings, values: [strings, fc.integer()] }), (value) => {
      const text = JSON.stringify(value)
      const bad = text.includes("\\u0000") || /\\ud[89a-f]/.test(text)
      expect(findForbidden(JSON.parse(text)) !== undefined).toBe(bad)
      if (!mayHoldForbidden(text)) expect(bad).toBe(false)
    }),
  )
})

it("whatever comes, reading a client's frame answers and does not throw", () => {
  const envelope = fc.record(
    {
      id: fc.oneof(fc.constant("c-1"), json),
      type: fc.oneof(fc.constantFrom(...Object.keys(clientFrames), "typing"), json),
      conversation_id: fc.oneof(fc.constant(id), json),
      client_msg_id: fc.oneof(fc.constant("k"), json),
      payload: fc.oneof(
        body,
        json,
        fc.constant({
          message_id: messageId(1),
          text: "t",
          emoji: "👍",
          up_to_seq: 3,
          state: "stop",
          status: "away",
          user_ids: ["ann"],
        }),
      ),
    },
    { requiredKeys: [] },
  )
  const seen = new Set<string>()
  fc.assert(
    fc.property(fc.oneof({ arbitrary: envelope, weight: 9 }, { arbitrary: json, weight: 1 }), (value) => {
      seen.add(readClientFrame(value)._tag)
    }),
    { numRuns: 2_000, seed: 7 },
  )
  expect([...seen].sort()).toEqual([
    "Delete",
    "Edit",
    "Invalid",
    "Malformed",
    "Presence",
    "React",
    "Receipt",
    "Send",
    "Sync",
    "Typing",
    "UnknownType",
  ])
})
