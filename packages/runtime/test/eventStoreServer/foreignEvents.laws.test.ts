/** Events of foreign clients are kept as texts and shown as the bytes that they were. */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { foreignEvent, keptEvent } from "../../src/eventStoreServer/foreignEvents.ts"

const bytes = fc.oneof(
  fc.uint8Array(),
  fc.json().map((text) => Buffer.from(text)),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
  fc.constant(Buffer.from(`{"$foreign":{"json":true}}`)),
)
const event = fc.record({
  id: fc.constant("0".repeat(32)),
  type: fc.string(),
  json: fc.boolean(),
  data: bytes,
  metadata: bytes,
})
const plain = ({ data, metadata, ...rest }: ReturnType<typeof foreignEvent>) => ({
  ...rest,
  data: [...data],
  metadata: [...metadata],
})

describe("an event of a foreign client", () => {
  it("is read as it was written, byte by byte", () => {
    fc.assert(
      fc.property(event, (written) => {
        expect(plain(foreignEvent(keptEvent(written)))).toEqual(plain(written))
      }),
    )
  })

  it("stands in the log as it came, when it is JSON", () => {
    const [data, metadata] = [`{ "a": "ä" }`, `{"v":1}`]
    const written = { id: "", type: "", json: true, data: Buffer.from(data), metadata: Buffer.from(metadata) }
    expect(keptEvent(written)).toMatchObject({ data, metadata })
  })

  it("whose metadata only looks like a note of ours is shown as it stands", () => {
    for (const metadata of [`{"$foreign":`, `{"$foreign":1}`, `{"$foreign":null}`, `{"$foreign":{}}`])
      expect(Buffer.from(foreignEvent({ id: "", type: "", data: "{}", metadata }).metadata).toString()).toBe(
        metadata,
      )
  })
})
