import {
  mostPayloadBytes,
  webPushPayload,
  withoutWords,
} from "@parley/projections/push/senders/webPushPayload"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { clearing, conversation, notice } from "./given.ts"

const read = (text: string): unknown => JSON.parse(text)

describe("the payload of a Web Push", () => {
  it("is what the service worker shows, by the protocol's names", () => {
    expect(read(webPushPayload(notice()))).toEqual({
      kind: "message",
      conversation_id: conversation,
      title: "Lunch",
      body: "bob: Soup?",
      badge: 3,
      tag: "Kd93-fa_0Q",
      seq: "42",
      count: "2",
    })
  })

  it("that clears says what, and no word", () => {
    expect(read(webPushPayload(clearing()))).toEqual({
      ...{ kind: "clear", conversation_id: conversation, seq: "42", badge: 0, tag: "Kd93-fa_0Q" },
    })
  })

  it("fits into one record, whatever people write: its end is missing, and the text is whole", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 6_000, size: "max" }),
        fc.string({ unit: "binary", maxLength: 300 }),
        (body, title) => {
          const text = webPushPayload(notice({ title: title.toWellFormed(), body }))
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostPayloadBytes)
          const shown = read(text) as { readonly body: string }
          expect(shown.body === body || body.startsWith(shown.body.slice(0, -1))).toBe(true)
        },
      ),
      { numRuns: 12 },
    )
  })

  it("whose title alone is too long keeps ids and numbers", () => {
    const long = notice({ title: "x".repeat(5_000) })
    expect(webPushPayload(long)).toBe(withoutWords(long))
    expect(read(withoutWords(long))).not.toHaveProperty("body")
  })
})
